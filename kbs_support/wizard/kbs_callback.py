from datetime import timedelta
from textwrap import shorten

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, plaintext2html

from ..tools.locking import take_turn
from ..tools.phone import normalize_phone

MAX_DAYS = 30
MAX_TOPIC = 250
SAME_MINUTES = 10  # for so long the same words are the same request
MAX_ECHO = 40  # characters of a wrong number that are said again


class KbsCallback(models.TransientModel):
    """Somebody wants to be called: a client gets a ticket, a prospect a lead in CRM."""

    _name = "kbs.callback"
    _description = "New Call-back"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(comodel_name="res.partner", string="Contact")
    contact_name = fields.Char(string="Name", help="Of who is not a contact yet.")
    phone = fields.Char(
        string="Number to Call",
        compute="_compute_phone",
        store=True,
        readonly=False,
        required=True,
    )
    wished_at = fields.Datetime(string="Call at", required=True)
    topic = fields.Char(string="What about", required=True)

    @api.depends("partner_id")
    def _compute_phone(self):
        for request in self:
            partner = request.partner_id
            request.phone = partner.phone or partner.commercial_partner_id.phone

    # === ACTIONS === #

    def action_take_in(self):
        """Take the request in and show what it became."""
        self.ensure_one()
        record = self._take_in()
        if not record.has_access("read"):
            # Sales goes on with it, and not every specialist sees what sales does.
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "success",
                    "message": self.env._(
                        "He is not a client yet: sales was asked to call."
                    ),
                    "next": {"type": "ir.actions.act_window_close"},
                },
            }
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS === #

    def _take_in(self):
        """Make the ticket or the lead, or give the one that waits already.

        :raise UserError: no phone number, a time in the past or outside the hours
        :return: record of ``helpdesk.ticket`` or ``crm.lead``
        """
        self.ensure_one()
        # A lead of sales is made as the system, so who orders is asked here.
        self.company_id.check_access("read")
        for fault in self._get_faults():
            raise UserError(fault)
        self.phone = normalize_phone(self.phone)
        take_turn(self._get_client())  # a double click finds what the first one made
        if not self._is_client_sudo():
            return self._find_lead_sudo() or self._create_lead_sudo()
        return self._find_ticket_sudo() or self.env["helpdesk.ticket"].create(
            self._prepare_ticket_values()
        )

    def _get_faults(self):
        """Yield in one sentence each why this cannot be taken in."""
        try:
            normalize_phone(self.phone)
        except ValueError:
            yield self.env._(
                "“%s” is no phone number. Write it with its code: +380 44 123 45 67.",
                shorten(self.phone or "", MAX_ECHO, placeholder="…"),
            )
        if not (self.topic or "").strip():
            yield self.env._("Say in a few words what the call is about.")
        elif len(self.topic) > MAX_TOPIC:
            yield self.env._(
                "What the call is about takes at most %(count)s characters; this is "
                "%(length)s.",
                count=MAX_TOPIC,
                length=len(self.topic),
            )
        if not self.partner_id and not (self.contact_name or "").strip():
            yield self.env._("Say whom to call.")
        yield from self._get_time_faults()

    def _get_time_faults(self):
        now = fields.Datetime.now()
        if self.wished_at <= now:
            yield self.env._("This time is over. Choose a later one.")
        elif self.wished_at > now + timedelta(days=MAX_DAYS):
            yield self.env._("Choose a time within the next %s days.", MAX_DAYS)
        else:
            work = self.env["helpdesk.ticket"]._kbs_choose_line_hours(
                self._get_plan_sudo(), self._get_team_sudo(), self.company_id
            )
            if not work.is_open(self.wished_at):
                yield self._get_closed_fault(work.next_open(self.wished_at))

    def _get_closed_fault(self, opening):
        if not opening:
            return self.env._("The line is closed then. Please write to us instead.")
        return self.env._(
            "The line is closed then. The next time to call is %s.",
            self._format(opening),
        )

    def _format(self, moment):
        tz = self.company_id.kbs_tz
        return format_datetime(self.env, moment, tz=tz, dt_format="short")

    def _get_subscriptions_sudo(self):
        """Subscriptions of the client's company in this company, in any state (E1)."""
        return (
            self.env["kbs.subscription"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id.commercial_partner_id", "=", self._get_client().id),
                ]
            )
        )

    def _get_client(self):
        return self.partner_id.commercial_partner_id

    def _is_client_sudo(self):
        return bool(self.partner_id and self._get_subscriptions_sudo())

    def _get_plan_sudo(self):
        """Return the plan that covers the client now; empty for none."""
        subscriptions = self.env["kbs.subscription"].sudo()
        if not self.partner_id:
            return subscriptions.plan_id
        partner = self.partner_id.sudo()
        ours = subscriptions.with_context(allowed_company_ids=self.company_id.ids)
        return ours._get_active(partner)[partner].plan_id

    def _get_team_sudo(self):
        """Return the team that the ticket will go to; sales have none."""
        vals = {"company_id": self.company_id.id}
        if self._is_client_sudo():
            self.env["helpdesk.ticket"]._kbs_put_teams([vals])
        return self.env["helpdesk.ticket.team"].sudo().browse(vals.get("team_id"))

    def _find_ticket_sudo(self):
        """The same request, sent twice, is one ticket."""
        tickets = self.env["helpdesk.ticket"].sudo()
        return tickets.search(
            [
                ("company_id", "=", self.company_id.id),
                ("commercial_partner_id", "=", self._get_client().id),
                # Of open tickets alone: what is closed waits for nobody.
                ("kbs_callback_state", "=", "waiting"),
                ("kbs_callback_phone", "=", self.phone),
                ("kbs_callback_at", "=", self.wished_at),
            ],
            limit=1,
        ).sudo(self.env.su)

    def _prepare_ticket_values(self):
        channel = self.env.ref(
            "kbs_support.helpdesk_ticket_channel_kbs_callback", False
        )
        return {
            "name": self.topic.strip(),
            "description": plaintext2html(
                self.env._(
                    "Call %(phone)s at %(time)s: %(topic)s",
                    phone=self.phone,
                    time=self._format(self.wished_at),
                    topic=self.topic.strip(),
                )
            ),
            "partner_id": self.partner_id.id,
            "partner_name": self.partner_id.name,
            "partner_email": self.partner_id.email,
            "company_id": self.company_id.id,
            "team_id": self._get_team_sudo().id,
            "channel_id": channel and channel.id,
            # A whole minute, so that the deadline is the wished moment exactly.
            "kbs_received_at": fields.Datetime.now().replace(second=0),
            "kbs_callback_at": self.wished_at,
            "kbs_callback_phone": self.phone,
        }

    def _prepare_lead_values(self):
        return {
            "name": self.env._("Call-back: %s", self.topic.strip()),
            "type": "lead",
            "partner_id": self.partner_id.id,
            "contact_name": self.contact_name or self.partner_id.name,
            "phone": self.phone,
            "company_id": self.company_id.id,
            # By default it would be who orders: a client, or an agent.
            "user_id": self.company_id.sudo().kbs_renewal_user_id.id,
            "description": plaintext2html(self._format(self.wished_at)),
        }

    def _find_lead_sudo(self):
        """The same request of a contact, sent twice, is one lead."""
        values = self._prepare_lead_values()
        leads = self.env["crm.lead"].sudo()
        if not self.partner_id:
            return leads.browse()
        since = fields.Datetime.now() - timedelta(minutes=SAME_MINUTES)
        names = ("name", "partner_id", "phone", "company_id", "description")
        domain = [(name, "=", values[name]) for name in names]
        found = leads.search([*domain, ("create_date", ">", since)], limit=1)
        return found.sudo(self.env.su)

    def _create_lead_sudo(self):
        """Make a lead with a planned call.

        Sudo: specialists and clients may not make leads; sales goes on with it.
        """
        lead = self.env["crm.lead"].sudo().create(self._prepare_lead_values())
        lead.phone = self.phone  # not the one of the contact
        admin = self.env.ref("base.user_admin", raise_if_not_found=False)
        user = lead.user_id or lead.team_id.user_id or admin or self.env.user
        lead.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=self.company_id._kbs_to_local_date(self.wished_at),
            summary=self.env._(
                "Call %(phone)s at %(time)s",
                phone=self.phone,
                time=self._format(self.wished_at),
            ),
            user_id=user.id,
        )
        return lead.sudo(self.env.su)
