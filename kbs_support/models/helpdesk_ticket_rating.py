import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ..tools.batches import run_each, work_in_batches
from .helpdesk_ticket_notify import AUTOMATIC, CLIENT_LAYOUT

_logger = logging.getLogger(__name__)

UNHAPPY = 2.0  # of 5: below the face in the middle


class HelpdeskTicket(models.Model):
    """How it went, by one click of the client in a letter, without a password."""

    _name = "helpdesk.ticket"
    _inherit = ["helpdesk.ticket", "rating.mixin"]

    kbs_ask_rating_at = fields.Datetime(
        string="Rating Asked for from",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="From this moment (UTC) on the client is asked; empty when he has been "
        "asked, or is not to be.",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        """Closing plans one letter, reopening takes it back."""
        if "stage_id" not in vals:
            return super().write(vals)
        before = self.filtered("closed")
        res = super().write(vals)
        now_closed = self.filtered("closed")
        (now_closed - before)._kbs_plan_rating()
        (self - now_closed).filtered("kbs_ask_rating_at").kbs_ask_rating_at = False
        return res

    # === ASKING === #

    def _kbs_plan_rating(self):
        for company, tickets in self.grouped("company_id").items():
            if company.kbs_ask_rating:
                delay = timedelta(hours=company.kbs_rating_delay)
                asked = tickets.filtered_domain(self._kbs_get_rateable_domain())
                asked.kbs_ask_rating_at = fields.Datetime.now() + delay

    @api.model
    def _kbs_get_rateable_domain(self):
        """Domain of closed tickets that were a real request of somebody we can ask."""
        return (
            Domain("stage_id.closed", "=", True)
            & Domain("duplicate_id", "=", False)
            & (  # a reason is not asked for where the stage is just moved
                Domain("kbs_close_reason_id", "=", False)
                | Domain("kbs_close_reason_id.is_void", "=", False)
            )
            & Domain("partner_id.email", "!=", False)
        )

    @api.model
    def _cron_ask_ratings(self):
        """Send the letters that are due, each once for a closing."""
        due = Domain("kbs_ask_rating_at", "<=", fields.Datetime.now())
        work_in_batches(self, due, lambda x: x._kbs_ask_rating())

    def _kbs_ask_rating(self):
        """Queue the letter "rate us" for those that are still closed and to be asked.

        A letter that cannot be made is logged, and not tried for ever.
        """
        self.kbs_ask_rating_at = False
        template = self.env.ref(
            "kbs_support.mail_template_kbs_rating", raise_if_not_found=False
        )
        asked = self.filtered_domain(self._kbs_get_rateable_domain())
        asked = asked.filtered("company_id.kbs_ask_rating")
        if not template:
            return

        def send(tickets):
            template.send_mail_batch(
                tickets.ids,
                email_values={"headers": repr(AUTOMATIC)},
                email_layout_xmlid=CLIENT_LAYOUT,
            )

        for ticket, error in run_each(asked, send).items():
            _logger.error("%s: no rating was asked for", ticket.number, exc_info=error)

    # === ANSWERS === #

    def rating_apply(self, rate, *args, **kwargs):
        # EXTENDS rating: a rating neither reopens a ticket nor starts a clock.
        ticket = self.with_context(kbs_auto_reply=True)
        rating = super(HelpdeskTicket, ticket).rating_apply(rate, *args, **kwargs)
        if rate <= UNHAPPY:
            self._kbs_report_unhappy_sudo(rating)
        return rating

    def _kbs_report_unhappy_sudo(self, rating):
        """Ask the lead to call a client who was not served well, once for a rating.

        Sudo: the client who rates may plan nothing.
        """
        self.ensure_one()
        ticket = self.sudo()
        user = ticket._kbs_get_rating_lead()
        if not user:
            return
        # In the language of who reads it, whatever page the client has seen.
        lead = self.with_context(lang=user.lang or self.env.lang)
        summary = lead.env._("Low rating: %s", ticket.number)
        if summary not in ticket.activity_ids.mapped("summary"):
            ticket.activity_schedule(
                "mail.mail_activity_data_call",
                summary=summary,
                note=plaintext2html(rating.feedback or ""),
                user_id=user.id,
            )

    def _kbs_get_rating_lead(self):
        """Return who hears of a low rating: lead of the team, else the manager."""
        leads = (
            self.team_id.user_id,
            self.kbs_subscription_id.manager_id,
            self.user_id,
        )
        fit = [x for x in leads if x.active and self.company_id in x.company_ids]
        return fit[0] if fit else self.env["res.users"]
