"""Daily jobs over many records: batches, commits, and one bad record stops nobody."""

import logging

from odoo.fields import Domain

_logger = logging.getLogger(__name__)

BATCH = 500


def work_in_batches(model, domain, work):
    """Do ``work(records)`` for all that ``domain`` finds, and commit each batch.

    Rows that another transaction holds are left to the next run; a batch that fails
    is taken one by one. Called by a scheduled action only, because it commits.

    :param model: empty recordset to search in
    :param work: function of a recordset; what it writes is flushed here
    :return: whether there is time for more
    """
    last_id = 0
    while records := model.search(
        domain & Domain("id", ">", last_id), limit=BATCH, order="id"
    ):
        last_id = records[-1].id
        if not _work_batch(records, work):
            return False
    return True


def work_through(records, work):
    """Do ``work(batch)`` for all of ``records``, in their order; commit each batch.

    For jobs that find by an index of their own what is due. Otherwise as
    :func:`work_in_batches`.

    :return: whether there is time for more
    """
    for start in range(0, len(records), BATCH):
        if not _work_batch(records[start : start + BATCH], work):
            return False
    return True


def run_isolated(records, work):
    """Do ``work(records)`` in a savepoint.

    :return: None when all went well, else the exception; what was done is undone
    """
    try:
        with records.env.cr.savepoint():
            work(records)
            records.env.flush_all()
    except Exception as error:  # whatever it is, the others go on
        records.env.invalidate_all(flush=False)
        return error
    return None


def run_each(records, work):
    """Do ``work(records)``, and where that fails for each of them alone.

    :return: ``{record: exception}`` of those that failed; what they did is undone
    """
    error = run_isolated(records, work) if records else None
    if error is None:
        return {}
    if len(records) == 1:
        return {records: error}
    failed = {x: run_isolated(x, work) for x in records}
    return {x: error for x, error in failed.items() if error is not None}


def _work_batch(records, work):
    """Do ``work`` for what nobody holds, commit, and say whether there is time left."""
    free = records.try_lock_for_update(allow_referencing=True)
    if not _work_isolated(free, work):
        for record in free:
            _work_isolated(record, work)
    return bool(records.env["ir.cron"]._commit_progress(len(records)))


def _work_isolated(records, work):
    """Work in a savepoint; log a failure and return whether all went well."""
    error = run_isolated(records, work) if records else None
    if error is not None:
        _logger.error("The daily job failed for %s", records, exc_info=error)
    return error is None
