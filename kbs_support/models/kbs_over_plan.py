from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..tools.hours import round_up
from ..tools.locking import wait_for_others
from ..tools.wording import format_minutes
from .kbs_hour_entry_draw import BOUGHT, Work


class KbsOverPlan(models.Model):
    """Work that nothing covers: a person decides what becomes of it (E3).

    One row for a piece of work. It is billed once a month, drawn from bought hours, or
    given as goodwill with a reason.
    """

    _name = "kbs.over.plan"
    _description = "Work over the Plan"
    _order = "date desc, id desc"
    _rec_name = "ticket_id"

    timesheet_id = fields.Many2one(
        comodel_name="account.analytic.line",
        string="Work",
        required=True,
        ondelete="cascade",
    )
    ticket_id = fields.Many2one(
        related="timesheet_id.kbs_ticket_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="timesheet_id.company_id", store=True, index=True
    )
    subscription_id = fields.Many2one(
        related="timesheet_id.kbs_subscription_id", store=True, index=True
    )
    commercial_partner_id = fields.Many2one(
        related="ticket_id.commercial_partner_id",
        string="Client",
        store=True,
        index="btree_not_null",
    )
    date = fields.Date(related="timesheet_id.date", store=True)
    user_id = fields.Many2one(related="timesheet_id.user_id", string="Done by")
    name = fields.Char(related="timesheet_id.name")
    kind = fields.Selection(related="timesheet_id.kbs_kind")
    minutes = fields.Integer(required=True, readonly=True)
    billed_minutes = fields.Integer(
        compute="_compute_billed_minutes",
        store=True,
        help="Rounded up by the setting of the company.",
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency", compute="_compute_bill_amount"
    )
    bill_amount = fields.Monetary(
        string="Price if Billed",
        compute="_compute_bill_amount",
        help="By the price of an hour today, rounded up, before taxes.",
    )
    decision = fields.Selection(
        selection=[
            ("pending", "To decide"),
            ("bill", "Bill"),
            ("pack", "From bought hours"),
            ("goodwill", "Goodwill"),
        ],
        required=True,
        default="pending",
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    decided_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)
    order_id = fields.Many2one(
        comodel_name="sale.order",
        string="Quotation of Hours",
        index="btree_not_null",
        readonly=True,
        help="Sells the hours that this work is drawn from when they are paid.",
    )
    invoice_line_id = fields.Many2one(
        comodel_name="account.move.line",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    invoice_id = fields.Many2one(related="invoice_line_id.move_id", string="Invoice")
    state = fields.Selection(
        selection=[
            ("pending", "To decide"),
            ("ordered", "Waits for hours to be paid"),
            ("to_bill", "To bill"),
            ("billed", "Billed"),
            ("drawn", "Drawn from bought hours"),
            ("goodwill", "Goodwill"),
        ],
        compute="_compute_state",
        store=True,
    )

    _work_unique = models.Constraint(
        "UNIQUE (timesheet_id)", "This work was already decided on."
    )
    _goodwill_has_reason = models.Constraint(
        "CHECK (decision != 'goodwill' OR reason IS NOT NULL)",
        "Goodwill needs a reason.",
    )
    _open_index = models.Index(
        "(company_id, date) WHERE decision IN ('pending', 'bill')"
        " AND invoice_line_id IS NULL"
    )

    # === COMPUTE METHODS === #

    @api.depends("minutes", "decision")
    def _compute_billed_minutes(self):
        for over in self:
            is_billed = over.decision == "bill"
            over.billed_minutes = over._get_minutes_to_bill() if is_billed else 0

    @api.depends("minutes", "company_id")
    def _compute_bill_amount(self):
        _product, pricelist, price = self.sudo()._get_hour_price()
        self.currency_id = pricelist.currency_id
        for over in self:
            over.bill_amount = over._get_minutes_to_bill() / 60 * price

    def _get_minutes_to_bill(self):
        return round_up(self.minutes, self.company_id.kbs_over_plan_rounding or 1)

    @api.depends("decision", "invoice_line_id", "order_id")
    def _compute_state(self):
        states = {"pack": "drawn", "goodwill": "goodwill"}
        for over in self:
            if over.decision == "bill":
                over.state = "billed" if over.invoice_line_id else "to_bill"
            elif over.decision == "pending":
                over.state = "ordered" if over.order_id else "pending"
            else:
                over.state = states[over.decision]

    # === WHEN WORK CHANGES === #

    @api.model
    def _follow_work(self, minutes):
        """Fit the rows to what is over plan now.

        A decision stays, but for hours that were drawn: those are drawn anew.

        :param dict minutes: ``{timesheet line: minutes that nothing covers}``
        """
        rows = self.sudo().search([("timesheet_id", "in", [x.id for x in minutes])])
        known = rows.grouped("timesheet_id")
        for row in rows:
            if left := minutes[row.timesheet_id]:
                row.write({"minutes": left})
            else:
                row.unlink()
        self.sudo().create(
            [
                {"timesheet_id": line.id, "minutes": left}
                for line, left in minutes.items()
                if left and line not in known
            ]
        )
        rows.exists().filtered(lambda x: x.decision == "pack")._draw_again()

    def _draw_again(self):
        """Work that was drawn from bought hours has changed: draw it, or ask again."""
        for row, over in zip(self, self._draw_bought(), strict=True):
            if over:
                row.write({"decision": "pending", "decided_by_id": False})

    # === DECISIONS === #

    def _check_open(self):
        """Nobody decides again on what stands on an invoice.

        :raise UserError: it was billed, or drawn
        """
        self.check_access("read")
        if not self.env.user.has_group("kbs_support.group_kbs_agent"):
            raise AccessError(self.env._("Only specialists decide on work."))
        if done := self.filtered(lambda x: x.state in ("billed", "drawn")):
            raise UserError(
                self.env._(
                    "%(work)s: the hours were billed or drawn already.",
                    work=done[0].ticket_id.display_name,
                )
            )

    def _decide(self, decision, reason=False):
        self.sudo().write(
            {
                "decision": decision,
                "reason": reason,
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
            }
        )

    def action_bill(self):
        """Bill this work by the hour price, on the next monthly invoice."""
        self._check_open()
        self._decide("bill")

    def action_draw(self):
        """Draw this work from hours that the client has bought, valid today.

        :raise UserError: he has not enough of them
        """
        self._check_open()
        rows = self.sudo()
        wait_for_others(rows.subscription_id)
        if missing := sum(rows._draw_bought()):
            raise UserError(
                self.env._(
                    "The bought hours are not enough: %(missing)s are missing. Sell a "
                    "pack, or bill the work.",
                    missing=format_minutes(self.env, missing),
                )
            )
        self._decide("pack")

    def _draw_bought(self):
        """Draw these from what is bought and valid today; return what is missing."""
        return self.env["kbs.hour.entry"]._draw(
            [
                Work(
                    row.subscription_id,
                    row.minutes,
                    row.company_id._kbs_today(),
                    BOUGHT,
                    {
                        "timesheet_id": row.timesheet_id.id,
                        "reason": self.env._(
                            "Work of %s", format_date(self.env, row.date)
                        ),
                        "user_id": self.env.uid,
                    },
                    is_whole=True,
                )
                for row in self
            ]
        )

    def _give(self, reason):
        """Give this work for nothing.

        :param str reason: stays on the row
        :raise AccessError: the user is no lead
        """
        self._check_open()
        if not self.env.user.has_group("kbs_support.group_kbs_lead"):
            raise AccessError(self.env._("Only a lead gives work for nothing."))
        self._decide("goodwill", reason)

    def _tell(self):
        """Say how much is over plan, and what was decided."""
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "Over the plan %(minutes)s (%(state)s)",
            minutes=format_minutes(self.env, self.minutes),
            state=states[self.state].lower(),
        )
