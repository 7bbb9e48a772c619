from odoo import api, fields, models
from odoo.tools import format_date

from ..tools.wording import nest_quotes

# What says most about a client who is not covered, first.
TELLING_STATES = (
    "paused",
    "upcoming",
    "draft",
    "grace",
    "active",
    "ended",
    "cancelled",
)


class KbsSubscription(models.Model):
    """What the consultation line asks of a subscription, and tells its client.

    A ticket knows the subscription. This file belongs to the tickets: the
    subscription itself does without.
    """

    _inherit = "kbs.subscription"

    ticket_open_count = fields.Integer(
        string="Open Tickets",
        compute="_compute_ticket_open_count",
        help="Of all contacts of the client's company.",
    )

    @api.depends("commercial_partner_id")
    def _compute_ticket_open_count(self):
        counts = {
            (company, partner): count
            for company, partner, count in self.env["helpdesk.ticket"]
            .sudo()  # a number; the tickets themselves ask for the right
            ._read_group(
                [
                    ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                    ("stage_id.closed", "=", False),
                ],
                ["company_id", "commercial_partner_id"],
                ["__count"],
            )
        }
        for subscription in self:
            key = (
                subscription.company_id.sudo(),
                subscription.commercial_partner_id.sudo(),
            )
            subscription.ticket_open_count = counts.get(key, 0)

    # === WHEN THE CLIENT PAYS === #

    def _compute_field_value(self, field):
        # EXTENDS base: the state follows payments by itself, and so do the tickets
        # that were taken in before.
        if "state" not in {x.name for x in self.pool.field_computed[field]}:
            return super()._compute_field_value(field)
        active = self.filtered(lambda x: x.id and x.state == "active")
        res = super()._compute_field_value(field)
        begun = (self - active).filtered(lambda x: x.id and x.state == "active")
        begun._cover_open_tickets_sudo()
        return res

    def _cover_open_tickets_sudo(self):
        """Cover the open tickets of clients who have paid since they wrote.

        Sudo: it follows from the payment, whoever has entered that.
        """
        if not self:
            return
        tickets = self.env["helpdesk.ticket"].sudo()
        tickets.search(
            [
                ("kbs_coverage", "=", "not_covered"),
                ("stage_id.closed", "=", False),
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )._kbs_redo_coverage()

    # === WHO ANSWERS === #

    def _get_line_specialist(self):
        """Return the dedicated specialist, where the plan promises one."""
        return self.filtered("plan_id.has_specialist").specialist_id

    def _get_open_at_night(self, company, moment):
        """Return those whose line is open though the office of ``company`` is not.

        :param datetime moment: UTC, naive
        """
        office = company._kbs_get_people_calendar()
        longer = self.filtered(lambda x: x.plan_id.line_calendar_id != office)
        if not longer or office._kbs_get_work_time(company).is_open(moment):
            return self.browse()
        open_now = longer.plan_id.line_calendar_id.filtered(
            lambda x: x._kbs_get_work_time(company).is_open(moment)
        )
        return longer.filtered(lambda x: x.plan_id.line_calendar_id in open_now)

    # === WHY COVERED, AND WHY NOT === #

    @api.model
    def _get_last_known(self, partners):
        """Return ``{partner: subscription}`` of those who were ever sold support.

        Of several the one that says most: what stands still or begins, then the last.
        """
        if not partners:
            return {}
        found = self.search(
            [
                ("commercial_partner_id", "in", partners.commercial_partner_id.ids),
                ("company_id", "in", self.env.companies.ids),
            ],
            order="date_end desc, id desc",
        ).sorted(lambda x: TELLING_STATES.index(x.state))
        last = {}
        for subscription in found:
            last.setdefault(subscription.commercial_partner_id, subscription)
        return {
            partner: last.get(partner.commercial_partner_id, self.browse())
            for partner in partners
        }

    def _tell_coverage(self, running):
        """Say in one sentence what covers the client until when.

        :param running: the period of today
        """
        facts = {
            "plan": self.plan_id.name,
            "date": format_date(self.env, self.date_end or running.date_end),
            "number": self.name,
        }
        if running.is_paid or not running.guarantee_until:
            return self.env._(
                "Covered by %(plan)s until %(date)s, subscription %(number)s.", **facts
            )
        return self.env._(
            "Covered by %(plan)s until %(until)s by a guarantee letter, subscription "
            "%(number)s: not paid yet.",
            until=format_date(self.env, min(running.guarantee_until, running.date_end)),
            plan=facts["plan"],
            number=facts["number"],
        )

    def _tell_no_coverage(self):
        """Say in one sentence why the client is not covered today."""
        self.ensure_one()
        texts = {
            "paused": self._tell_paused,
            "upcoming": lambda: self.env._(
                "Not covered: support begins on %(date)s only.",
                date=format_date(self.env, self.date_start),
            ),
            "draft": lambda: self.env._(
                "Not covered: support %(number)s is ordered and not paid.",
                number=self.name,
            ),
            "cancelled": self._tell_cancelled,
        }
        return texts.get(self.state, self._tell_ended)()

    def _tell_paused(self):
        pause = self._get_pause_on(self.company_id._kbs_today())
        if not pause:  # it is over, and the daily job has not run yet
            return self._tell_ended()
        return self.env._(
            "Not covered: support is paused since %(date)s.",
            date=format_date(self.env, pause.date_start),
        )

    def _tell_cancelled(self):
        if not self.closed_on:
            return self.env._("Not covered: support is cancelled.")
        return self.env._(
            "Not covered: support was cancelled on %(date)s.",
            date=format_date(self.env, self.closed_on),
        )

    def _tell_ended(self):
        return self.env._(
            "Not covered: support ended on %(date)s.",
            date=format_date(self.env, self.date_end),
        )

    @api.model
    def _tell_never_sold(self, partner):
        """Say that ``partner`` never was a client, or that nobody knows who writes."""
        if not partner:
            return self.env._("Not covered: nobody knows whose ticket it is.")
        return self.env._(
            "Not covered: no support was ever sold to %(client)s.",
            client=nest_quotes(
                self.env, partner.commercial_partner_id.name or partner.name
            ),
        )
