"""Row locks: who comes second waits, and then sees what the first one made."""

from odoo.tools import SQL


def wait_for_others(records):
    """Wait until no other transaction works on the rows of ``records``.

    When the other one changed them, PostgreSQL refuses this snapshot and Odoo
    repeats the request with a fresh one. So whatever is protected by this lock has
    to change the locked rows: then nothing is made twice.
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
