from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

OPEN = ("booked", "no_show")
# What a person says of a slot; the rest follows from what he does with it.
TYPED = {"ticket_id", "user_id", "date_start", "date_end", "note"}
# Said here, so that no default out of a context says something else.
FRESH = {"state": "booked", "session_id": False, "reason": False, "version": 0}


class KbsBooking(models.Model):
    """A slot of a specialist's working time, booked for a remote session.

    It keeps a place in the plan until the session takes it. Who does not come has used
    the place, unless he cancelled in time or a lead lets it pass.
    """

    _name = "kbs.booking"
    _description = "Booked Remote Session"
    _order = "date_start, id"

    ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="ticket_id.company_id", store=True, index=True, precompute=True
    )
    commercial_partner_id = fields.Many2one(
        related="ticket_id.commercial_partner_id",
        string="Client",
        store=True,
        index="btree_not_null",
    )
    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Support",
        compute="_compute_subscription_id",
        store=True,
        precompute=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Specialist",
        required=True,
        domain="[('share', '=', False)]",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_start = fields.Datetime(string="Begins", required=True)
    date_end = fields.Datetime(
        string="Slot Ends",
        compute="_compute_date_end",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    day = fields.Date(
        compute="_compute_day",
        store=True,
        precompute=True,
        help="Local day that the session will be counted on.",
    )
    state = fields.Selection(
        selection=[
            ("booked", "Booked Slot"),
            ("done", "Took place"),
            ("no_show", "The client did not come"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="booked",
        readonly=True,
    )
    reason = fields.Char(readonly=True, help="Why it was cancelled.")
    note = fields.Char(string="What For")
    session_id = fields.Many2one(
        comodel_name="kbs.remote.session",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    version = fields.Integer(
        readonly=True, help="Counts the letters, as calendars of clients do."
    )
    is_over = fields.Boolean(
        string="Beyond the Plan",
        readonly=True,
        help="The month had no place left when it was booked.",
    )

    _no_clash = models.Constraint(
        "EXCLUDE USING gist (user_id WITH =,"
        " tsrange(date_start, date_end, '[)') WITH &&) WHERE (state = 'booked')",
        "The specialist is taken at this time.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_start < date_end)", "A slot ends after it has begun."
    )
    _quota_index = models.Index(
        "(subscription_id, day) WHERE state IN ('booked', 'no_show')"
    )

    # === COMPUTE METHODS === #

    @api.depends("ticket_id")
    def _compute_subscription_id(self):
        for booking in self:
            booking.subscription_id = booking.ticket_id.sudo().kbs_subscription_id

    @api.depends("ticket_id")
    def _compute_user_id(self):
        for booking in self:
            ticket = booking.ticket_id
            own = ticket.sudo()._kbs_get_own_users_sudo()[:1].sudo(False)
            booking.user_id = booking.user_id or own or self.env.user

    @api.depends("date_start", "ticket_id")
    def _compute_date_end(self):
        for booking in self:
            company = booking.ticket_id.company_id or self.env.company
            length = timedelta(minutes=company.sudo().kbs_booking_minutes)
            booking.date_end = booking.date_start and booking.date_start + length

    @api.depends("date_start", "company_id")
    def _compute_day(self):
        for booking in self:
            booking.day = booking.date_start and (
                booking.company_id.sudo()._kbs_to_local_date(booking.date_start)
            )

    @api.depends("ticket_id", "commercial_partner_id", "date_start")
    def _compute_display_name(self):
        for booking in self:
            booking.display_name = " · ".join(
                filter(
                    None, [booking.commercial_partner_id.name, booking.ticket_id.number]
                )
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_typed(vals, TYPED)
            self.new(vals)._check_slot()
        bookings = super().create([{**FRESH, **x} for x in vals_list])
        bookings._keep_places()
        bookings._send_invitations()
        return bookings

    def write(self, vals):
        """A slot is moved while it is booked; its client is told.

        :raise UserError: what is over cannot be moved
        """
        self._check_typed(vals, TYPED - {"ticket_id"})
        moving = {"user_id", "date_start", "date_end"} & set(vals)
        if moving and self.filtered(lambda x: x.state != "booked"):
            raise UserError(self.env._("Only a slot that is booked can be moved."))
        if not moving:
            return super().write(vals)
        months = self._get_months()
        for booking in self:
            values = booking._keep_length(vals)
            self.new(values, origin=booking)._check_slot()
            super(KbsBooking, booking).write(values)
        self._keep_places()
        sessions = self.env["kbs.remote.session"]
        sessions._hand_on_places_sudo(months - self._get_months())
        self._send_invitations()
        return True

    def _check_typed(self, vals, typed):
        """Nobody types in what became of a slot, or books for a ticket he cannot see.

        :raise AccessError: he tries
        """
        if self.env.su:
            return
        if set(vals) - typed:
            raise AccessError(
                self.env._("What became of a slot is noted by its buttons.")
            )
        self.env["helpdesk.ticket"].browse(vals.get("ticket_id")).check_access("read")

    def _keep_length(self, vals):
        """Return ``vals``; a slot that only begins at another time stays as long."""
        if not vals.get("date_start") or "date_end" in vals:
            return vals
        start = fields.Datetime.to_datetime(vals["date_start"])
        return {**vals, "date_end": start + (self.date_end - self.date_start)}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        raise UserError(self.env._("The client knows of this slot. Cancel it instead."))

    # === ACTIONS === #

    def action_cancel(self):
        """Cancel these slots and tell the clients."""
        self._cancel(self.env._("Cancelled by %s", self.env.user.name))

    def _cancel(self, reason):
        """Cancel: the place is free again.

        :raise UserError: it took place; only a lead lets a missed one pass
        """
        self.check_access("write")
        if self.filtered(lambda x: x.state in ("done", "cancelled")):
            raise UserError(self.env._("This slot is over."))
        missed = self.filtered(lambda x: x.state == "no_show")
        if missed and not self.env.user.has_group("kbs_support.group_kbs_lead"):
            raise AccessError(
                self.env._("Only a lead lets a missed session pass without counting.")
            )
        coming = self - missed
        self.sudo().write({"state": "cancelled", "reason": reason})
        coming._send_invitations()
        self.env["kbs.remote.session"]._hand_on_places_sudo(self._get_months())

    def action_no_show(self):
        """Note that the client did not come: the place in the plan is used.

        :raise UserError: the time has not come yet
        """
        self.check_access("write")
        now = fields.Datetime.now()
        if self.filtered(lambda x: x.state != "booked" or x.date_start > now):
            raise UserError(
                self.env._("The client can still come: the time has not begun.")
            )
        self.sudo().state = "no_show"

    @api.constrains("user_id")
    def _check_is_ours(self):
        if self.sudo().filtered(lambda x: x.user_id.share):
            raise ValidationError(self.env._("Only our specialists can be booked."))
