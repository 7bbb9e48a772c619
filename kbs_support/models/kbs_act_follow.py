import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.batches import work_in_batches
from .kbs_act_state import ACTIVITY

_logger = logging.getLogger(__name__)
TEMPLATE = "kbs_support.mail_template_kbs_act_reminder"


class KbsAct(models.Model):
    """The daily job: acts accepted by silence, and reminders of unsigned ones."""

    _inherit = "kbs.act"

    recipient_id = fields.Many2one(
        comodel_name="res.partner", compute="_compute_recipient_id"
    )

    @api.depends("partner_id")
    def _compute_recipient_id(self):
        for act in self:
            act.recipient_id = act.partner_id._kbs_get_letter_recipient()

    @api.model
    def _cron_follow(self):
        """Move what time alone moves; a second run the same day finds nothing."""
        # A handful of companies, and each has its own day.
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        for company in companies:
            acts, today = self.with_company(company), company._kbs_today()
            silent = self._get_silent_domain(company, today)
            if not work_in_batches(acts, silent, lambda x: x._accept_by_silence()):
                return
            unsigned = self._get_unsigned_domain(company, today)
            if not work_in_batches(acts, unsigned, lambda x: x._remind()):
                return

    @api.model
    def _get_silent_domain(self, company, today):
        return (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "issued")
            & Domain("silent_on", "<=", today)
        )

    @api.model
    def _get_unsigned_domain(self, company, today):
        """Domain of the acts of which somebody is to be reminded, each once."""
        if company.kbs_act_reminder == "none":
            return Domain.FALSE
        last = today - timedelta(days=company.kbs_act_reminder_days)
        return (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "issued")
            & Domain("reminded_on", "=", False)
            & Domain("issued_on", "<=", last)
        )

    def _remind(self):
        """Remind of these acts of one company, as it is set there."""
        company = self.company_id
        self.write({"reminded_on": company._kbs_today()})
        if company.kbs_act_reminder in ("mail", "both"):
            self.filtered("recipient_id")._queue_reminders()
        if company.kbs_act_reminder in ("activity", "both"):
            self._plan_activities()

    def _queue_reminders(self):
        """Queue a letter about each of these; the mail queue sends them."""
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        if not template:
            _logger.warning("No letters about %s: %s was deleted", self, TEMPLATE)
            return
        template.send_mail_batch(self.ids)

    def _plan_activities(self, summary=False):
        """Ask the manager of each client to get the signature, or what is said."""
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        model = self.env["ir.model"]._get_id(self._name)
        responsible = {x: x._get_responsible() for x in self}
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": kind and kind.id,
                    "summary": summary,
                    "res_model_id": model,
                    "res_id": act.id,
                    "user_id": user.id,
                    "date_deadline": act.company_id._kbs_today(),
                    "automated": True,
                }
                for act, user in responsible.items()
                if user
            ]
        )

    def _get_responsible(self):
        """Return the user who looks after the client, or none."""
        return self.subscription_id._get_responsible()
