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


def lock_in_states(records, allowed):
    """Wait as :func:`wait_for_others`, then say which of ``records`` cannot move on.

    :param allowed: keys of ``state`` from which it is possible
    :return: ``(record, name of its state)`` of the first that stands in none of them,
        or None
    """
    wait_for_others(records)
    records.invalidate_recordset(["state"])
    wrong = records.filtered(lambda x: x.state not in allowed)[:1]
    if not wrong:
        return None
    names = dict(records._fields["state"]._description_selection(records.env))
    return wrong, names[wrong.state]


def take_turn(records):
    """Let transactions that do the same for ``records`` come one after the other.

    As :func:`wait_for_others`, for work that leaves the rows as they are: they are
    written once more, so Odoo repeats whoever comes second, and he finds what the
    first one made.
    """
    if not records.ids:
        return
    records.flush_recordset()
    records.env.cr.execute(
        SQL(
            "UPDATE %(table)s SET write_date = write_date WHERE id IN %(ids)s",
            table=SQL.identifier(records._table),
            ids=tuple(records.ids),
        )
    )
