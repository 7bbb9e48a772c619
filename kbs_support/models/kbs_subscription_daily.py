import logging

from odoo import api, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

CRON_BATCH = 500


class KbsSubscription(models.Model):
    """The daily job: moves what time alone moves (S2)."""

    _inherit = "kbs.subscription"

    @api.model
    def _cron_update_states(self):
        """Move what time alone moves: lapsed guarantees, then states.

        Looks only for what is due, so a second run the same day finds nothing. When
        the time of the run is up, Odoo starts the job again for what remains.
        """
        due = self._get_due()
        Cron = self.env["ir.cron"]
        Cron._commit_progress(remaining=sum(m.search_count(d) for m, d, _f in due))
        for model, domain, fname in due:
            if not self._move_due(model, domain, fname):
                break

    @api.model
    def _get_due(self):
        """Return ``[(model, domain, field)]``: what is due today in each company.

        ``field`` is what the passing of time is taken for: a change of it.
        """
        Period = self.env["kbs.subscription.period"]
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        today = {company: company._kbs_today() for company in companies}
        lapsed = [
            (
                Period,
                Period._get_lapsed_guarantee_domain(x, today[x]),
                "guarantee_until",
            )
            for x in companies
        ]
        moved = [
            (
                self,
                Domain("company_id", "=", x.id)
                & Domain("state_changes_on", "<=", today[x]),
                "closed_on",
            )
            for x in companies
        ]
        return lapsed + moved

    @api.model
    def _move_due(self, model, domain, fname):
        """Recompute what ``domain`` finds as if ``fname`` had changed, in batches.

        Each batch is committed. Rows that another transaction holds are left to the
        next run; a batch that fails is taken one by one, so that one bad record
        stops nobody else.

        :return: whether there is time for more
        """
        last_id = 0
        while records := model.search(
            domain & Domain("id", ">", last_id), limit=CRON_BATCH, order="id"
        ):
            last_id = records[-1].id
            free = records.try_lock_for_update(allow_referencing=True)
            if not self._recompute_isolated(free, fname):
                for record in free:
                    self._recompute_isolated(record, fname)
            if not self.env["ir.cron"]._commit_progress(len(records)):
                return False
        return True

    @api.model
    def _recompute_isolated(self, records, fname):
        """Recompute in a savepoint; log a failure and return whether all went well."""
        try:
            with self.env.cr.savepoint():
                records.modified([fname])
                self.env.flush_all()
        except Exception:
            self.env.invalidate_all(flush=False)
            _logger.exception("Moving by date failed for %s", records)
            return False
        return True
