"""Waiting for other transactions that work on the same rows."""

from odoo.tools import SQL


def wait_for_others(records):
    """Lock ``records`` and wait for whoever holds them.

    When the other transaction changed them, PostgreSQL refuses this snapshot and Odoo
    repeats the request with a fresh one. Other tables may still refer to them.
    """
    if not records.ids:
        return
    records.flush_recordset()
    records.env.cr.execute(
        SQL(
            "SELECT id FROM %s WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
            SQL.identifier(records._table),
            tuple(records.ids),
        )
    )
