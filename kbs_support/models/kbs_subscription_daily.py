from odoo import api, models
from odoo.fields import Domain

from ..tools.batches import work_in_batches


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

        :return: whether there is time for more
        """
        return work_in_batches(model, domain, lambda x: x.modified([fname]))
