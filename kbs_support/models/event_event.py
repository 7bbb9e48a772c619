from odoo import api, fields, models
from odoo.fields import Domain


class EventEvent(models.Model):
    """A training event: who teaches, how long, and what plans of support give."""

    _inherit = "event.event"

    organizer_id = fields.Many2one(
        domain="['|', ('kbs_is_organiser', '=', True),"
        " ('ref_company_ids', '!=', False)]",
        index="btree_not_null",
    )
    kbs_hours = fields.Float(
        string="Academic Hours", digits=(6, 1), help="They stand in the certificate."
    )
    kbs_has_certificate = fields.Boolean(
        string="Certificates",
        default=True,
        help="Who has attended gets a certificate.",
    )
    kbs_benefit_ids = fields.One2many(
        comodel_name="kbs.event.benefit",
        inverse_name="event_id",
        string="Benefits of Plans",
    )
    kbs_benefit_count = fields.Integer(
        string="With a Benefit", compute="_compute_kbs_benefit_count"
    )

    @api.depends("registration_ids.kbs_benefit", "registration_ids.state")
    def _compute_kbs_benefit_count(self):
        seats, counts = self.env["event.registration"], {}
        # Everybody reads events, visitors too.
        if seats.has_access("read"):
            counts = dict(
                seats._read_group(
                    [
                        ("event_id", "in", self.ids),
                        ("kbs_benefit", "!=", "none"),
                        ("state", "!=", "cancel"),
                    ],
                    ["event_id"],
                    ["__count"],
                )
            )
        for event in self:
            event.kbs_benefit_count = counts.get(event._origin, 0)

    @api.model
    def _fetch_is_participating_events(self):
        # REPLACES website_event's for who is logged in: without a visitor it takes
        # every event with attendees for one that he has joined.
        user = self.env.user
        if user._is_public():
            return super()._fetch_is_participating_events()
        # Sudo: clients read no registrations; these are the person's own.
        partner = user.sudo().partner_id
        own = Domain("partner_id", "=", partner.id)
        if address := partner.email_normalized:
            own |= Domain("kbs_client_id", "=", partner.commercial_partner_id.id) & (
                Domain("kbs_person", "=", address)
            )
        events = Domain("event_id", "in", self.ids) if self else Domain.TRUE
        groups = (
            self.env["event.registration"]
            .sudo()
            ._read_group(
                own & events & Domain("state", "in", ("open", "done")), ["event_id"]
            )
        )
        return self.browse([event.id for (event,) in groups])

    def _kbs_get_company(self):
        self.ensure_one()
        return self.company_id or self.env.company

    def _kbs_get_day(self, slot=None):
        """Return the local date on which support has to cover: the first day (T8)."""
        begin = (slot and slot.start_datetime) or self.date_begin
        return self._kbs_get_company()._kbs_to_local_date(begin)
