from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.batches import work_in_batches


class EventRegistration(models.Model):
    """A benefit ends with the coverage: seats that are still to come are marked.

    Nobody is turned away by a program: the manager gets a task and the client a
    letter, and a payment that comes in time takes the mark away again.
    """

    _inherit = "event.registration"

    kbs_lost_on = fields.Date(
        string="Benefit Lost on",
        readonly=True,
        copy=False,
        help="Support does not reach to the event any more.",
    )

    _kbs_review_index = models.Index(
        "(event_id) WHERE kbs_benefit IN ('discount', 'free')"
        " AND state IN ('draft', 'open')"
    )

    @api.model
    def _cron_review_benefits(self):
        """Look at all seats with a benefit at events that have not begun."""
        work_in_batches(self, self._kbs_get_review_domain(), self._kbs_review_sudo)

    @api.model
    def _kbs_get_review_domain(self):
        return (
            self._kbs_get_given_domain()
            & Domain("state", "in", ("draft", "open"))
            & Domain("event_id.date_begin", ">", fields.Datetime.now())
        )

    @api.model
    def _kbs_review_sudo(self, registrations):
        """Mark those whose support does not reach to the event, and take marks away.

        Sudo: called by the daily job, and once more by who has changed coverage.
        """
        registrations = registrations.sudo()
        asks = [x._kbs_get_ask() for x in registrations]
        periods = registrations._kbs_get_covering_sudo(asks)
        covered = registrations.browse(
            [x.id for x, period in zip(registrations, periods, strict=True) if period]
        )
        (registrations - covered).filtered(lambda x: not x.kbs_lost_on)._kbs_lose()
        covered.filtered("kbs_lost_on")._kbs_regain()

    def _kbs_lose(self):
        if not self:
            return
        for company, group in self.grouped("company_id").items():
            group.kbs_lost_on = (company or self.env.company)._kbs_today()
        for user, group in self.grouped(lambda x: x._kbs_get_manager()).items():
            group.activity_schedule(
                "kbs_support.mail_activity_type_kbs_event_lost", user_id=user.id
            )
        template = self.env.ref(
            "kbs_support.mail_template_kbs_event_lost", raise_if_not_found=False
        )
        told = self.filtered(lambda x: x.partner_id.email or x.email)
        if template and told:
            template.send_mail_batch(told.ids)

    def _kbs_regain(self):
        self.kbs_lost_on = False
        self.activity_unlink(["kbs_support.mail_activity_type_kbs_event_lost"])

    def _kbs_get_manager(self):
        """Return who looks after the client, else after the event."""
        self.ensure_one()
        return (
            self.kbs_subscription_id.manager_id
            or self.event_id.user_id
            or self.env.ref("base.user_admin")
        )

    def action_kbs_settle(self):
        """Count the benefit anew, by the plan and the coverage of today."""
        self.check_access("write")
        waiting = self._kbs_get_unsettled()
        # Sudo: these fields follow from the plan, nobody writes them.
        waiting.sudo()._kbs_regain()
        waiting._kbs_settle_sudo(is_named=True)
