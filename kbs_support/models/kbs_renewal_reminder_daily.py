import logging

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.batches import work_in_batches
from ..tools.reminders import get_due_ends, get_due_reminder

_logger = logging.getLogger(__name__)


class KbsRenewal(models.Model):
    """The daily job that reminds clients to renew, or to pay for it (T6)."""

    _inherit = "kbs.renewal"

    reminder_ids = fields.One2many(
        comodel_name="kbs.renewal.reminder",
        inverse_name="renewal_id",
        string="Reminders",
    )

    @api.model
    def _cron_send_reminders(self):
        """Queue the letters and plan the calls of today, in every company.

        Looks only for what is due, so a second run the same day finds nothing.
        """
        companies = self.env["res.company"].search([("kbs_send_reminders", "=", True)])
        due = [(x, self._get_remindable_domain(x, x._kbs_today())) for x in companies]
        self.env["ir.cron"]._commit_progress(
            remaining=sum(self.search_count(domain) for __, domain in due)
        )
        for company, domain in due:
            model = self.with_company(company)
            if not work_in_batches(model, domain, lambda x: x._remind()):
                break

    @api.model
    def _get_remindable_domain(self, company, today):
        """Domain of the running renewals that may be due for a reminder today.

        The rule itself is :func:`get_due_reminder`; this finds few others.
        """
        ends = []
        for days in company._kbs_get_reminder_days():
            first, last = get_due_ends(days, today)
            ends.append(
                Domain("ends_on", ">=", first)
                & Domain("ends_on", "<=", last)
                & Domain("reminder_ids", "not any", [("days", ">=", days)])
            )
        paused = self.env["kbs.pause"]._get_running_domain(today)
        return (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "open")
            & Domain("subscription_id.pause_ids", "not any", paused)
            & Domain.OR(ends)
        )

    def _remind(self):
        """Remind those of these renewals that are due, by letter and by call."""
        due = {x: x._get_due_reminder() for x in self}
        renewals = self.filtered(lambda x: due[x] is not None)
        if not renewals:
            return
        # First the rows: the database refuses a second reminder before a letter is
        # written (S4).
        reminders = self.env["kbs.renewal.reminder"].create(
            [x._prepare_reminder_values(due[x]) for x in renewals]
        )
        self.env.flush_all()
        renewals._queue_letters(reminders)
        renewals.filtered(lambda x: x._is_called())._plan_calls()
        told = reminders.filtered(lambda x: x.email or x.is_call_planned)
        told.renewal_id._note_reminded()

    def _get_due_reminder(self):
        """Return the reminder that is due today, as days from the end, or None."""
        company = self.company_id
        return get_due_reminder(
            self.ends_on,
            company._kbs_get_reminder_days(),
            company._kbs_today(),
            bought_on=self._get_bought_on(),
            sent=self.reminder_ids.mapped("days"),
        )

    def _prepare_reminder_values(self, days):
        return {
            "renewal_id": self.id,
            "days": days,
            "date": self.company_id._kbs_today(),
            "email": self.recipient_id.email_normalized,
            "is_call_planned": self._is_called(),
        }

    def _queue_letters(self, reminders):
        """Queue the letters of ``reminders``; the mail queue sends them."""
        written = self.filtered("recipient_id")
        xmlid = "kbs_support.mail_template_kbs_renewal_reminder"
        template = self.env.ref(xmlid, raise_if_not_found=False)
        if not template:
            _logger.warning("No letters about %s: %s was deleted", written, xmlid)
            reminders.email = False
            return
        mails = template.send_mail_batch(written.ids)
        own = {x.renewal_id: x for x in reminders}
        for renewal, mail in zip(written, mails, strict=True):
            own[renewal].mail_id = mail
