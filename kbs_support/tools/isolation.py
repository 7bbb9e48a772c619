"""One bad record must not stop the others."""

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY


def run_isolated(records, method):
    """Call ``method`` of ``records`` in a savepoint.

    :param str method: name of the method, called without arguments
    :return: None when all went well, else the exception; what was done is undone
    :raise psycopg2.Error: another transaction was first, so the whole request has to
        be repeated
    """
    try:
        with records.env.cr.savepoint():
            getattr(records, method)()
            records.env.flush_all()
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as error:  # whatever it is, the others go on
        records.env.invalidate_all(flush=False)
        return error
    return None
