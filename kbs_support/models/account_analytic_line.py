from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.locking import wait_for_others
from .kbs_hour_entry_draw import Work

WORK_KINDS = [
    ("consultation", "Consultation"),
    ("remote", "Remote connection"),
    ("programmer", "Programmer's work"),
    ("other", "Other work"),
]


class AccountAnalyticLine(models.Model):
    """Work for a client: a timesheet line on his ticket, drawn from his hours (E3)."""

    _inherit = "account.analytic.line"

    kbs_ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket",
        string="Ticket",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    kbs_kind = fields.Selection(
        selection=WORK_KINDS,
        string="Kind of Work",
        compute="_compute_kbs_kind",
        store=True,
        readonly=False,
    )
    kbs_minutes = fields.Integer(
        string="Minutes of Work", compute="_compute_kbs_minutes", store=True
    )
    kbs_subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Support",
        compute="_compute_kbs_subscription_id",
        store=True,
        index="btree_not_null",
        help="Whose hours this work draws on.",
    )
    kbs_entry_ids = fields.One2many(
        comodel_name="kbs.hour.entry", inverse_name="timesheet_id", string="Drawn"
    )
    kbs_over_ids = fields.One2many(
        comodel_name="kbs.over.plan", inverse_name="timesheet_id", string="Over Plan"
    )
    kbs_drawn = fields.Char(string="Drawn From", compute="_compute_kbs_drawn")

    # === COMPUTE METHODS === #

    @api.depends("kbs_ticket_id", "name")
    def _compute_display_name(self):
        """Work of a ticket is called by it, not by the project that all share."""
        work = self.filtered("kbs_ticket_id")
        for line in work:
            line.display_name = f"{line.kbs_ticket_id.sudo().number}: {line.name}"
        return super(AccountAnalyticLine, self - work)._compute_display_name()

    @api.depends("kbs_ticket_id")
    def _compute_kbs_kind(self):
        for line in self:
            line.kbs_kind = line.kbs_ticket_id and (line.kbs_kind or "consultation")

    @api.depends("unit_amount", "product_uom_id")
    def _compute_kbs_minutes(self):
        hour = self.env.ref("uom.product_uom_hour")
        for line in self:
            unit = line.product_uom_id or hour
            hours = unit._compute_quantity(line.unit_amount, hour, round=False)
            line.kbs_minutes = round(hours * 60)

    @api.depends("kbs_ticket_id")
    def _compute_kbs_subscription_id(self):
        """That of the ticket on the day of booking; the ticket may change later."""
        for line in self:
            line.kbs_subscription_id = line.sudo().kbs_ticket_id.kbs_subscription_id

    @api.depends("kbs_entry_ids.minutes", "kbs_over_ids.minutes")
    def _compute_kbs_drawn(self):
        for line in self:
            line.kbs_drawn = line.kbs_ticket_id and line._kbs_tell_drawn()

    @api.depends("kbs_ticket_id.partner_id")
    def _compute_partner_id(self):
        # EXTENDS hr_timesheet
        res = super()._compute_partner_id()
        for line in self.filtered("kbs_ticket_id"):
            line.partner_id = line.kbs_ticket_id.partner_id
        return res

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Work on a ticket goes to the project of support, and draws on the hours."""
        working = [x for x in vals_list if x.get("kbs_ticket_id")]
        tickets = self.env["helpdesk.ticket"].browse(
            x["kbs_ticket_id"] for x in working
        )
        projects = {x: x._kbs_get_project_sudo() for x in tickets.company_id}
        for vals, ticket in zip(working, tickets, strict=True):
            company = ticket.company_id
            vals.setdefault("project_id", projects[company].id)
            vals.setdefault("company_id", company.id)
        lines = super().create(vals_list)
        lines.filtered("kbs_ticket_id")._kbs_draw()
        return lines

    def write(self, vals):
        drawing = {"unit_amount", "date", "kbs_kind", "kbs_ticket_id", "product_uom_id"}
        if not drawing & set(vals):
            return super().write(vals)
        drawn = self.filtered("kbs_ticket_id")
        drawn._kbs_check_not_billed()
        res = super().write(vals)
        (drawn | self.filtered("kbs_ticket_id"))._kbs_draw()
        return res

    def unlink(self):
        drawn = self.filtered("kbs_ticket_id")
        drawn._kbs_check_not_billed()
        drawn._kbs_give_back()
        return super().unlink()

    def _kbs_check_not_billed(self):
        """Keep work that the client has an invoice for as it was billed.

        :raise UserError: it is on an invoice
        """
        if billed := self.sudo().kbs_over_ids.filtered("invoice_line_id"):
            raise UserError(
                self.env._(
                    "This work stands on the invoice %(invoice)s and cannot be "
                    "changed any more.",
                    invoice=billed[0].invoice_line_id.move_id.display_name,
                )
            )

    # === HOURS === #

    def _kbs_give_back(self):
        """Give back what these lines have drawn, under the lock of their clients."""
        lines = self.sudo()
        subscriptions = lines.kbs_entry_ids.subscription_id
        wait_for_others(subscriptions | lines.kbs_subscription_id)
        lines.kbs_entry_ids._give_back()
        # Minutes that come back to what nobody pays for any more go with it.
        subscriptions._give_hours_sudo()
        lines.kbs_entry_ids.source_id.sale_line_id._kbs_give_sudo()

    def _kbs_draw(self):
        """Draw these lines anew; what nothing covers is over plan (E3)."""
        self._kbs_give_back()
        lines = self.sudo().filtered("kbs_ticket_id").sorted(lambda x: (x.date, x.id))
        works = {x: x._kbs_get_work() for x in lines}
        drawing = [(x, work) for x, work in works.items() if work]
        overs = self.env["kbs.hour.entry"]._draw([work for _line, work in drawing])
        over = dict.fromkeys(self.sudo(), 0)
        over |= {x: rest for (x, _work), rest in zip(drawing, overs, strict=True)}
        self.env["kbs.over.plan"]._follow_work(over)

    def _kbs_get_work(self):
        """Return this line as :class:`Work`, or None where the line includes it."""
        plan = self.kbs_subscription_id._get_paid_plan(self.date)
        kinds = self._kbs_get_drawn_kinds(plan)
        if kinds is None or self.kbs_minutes <= 0:
            return None
        return Work(
            self.kbs_subscription_id,
            self.kbs_minutes,
            self.date,
            kinds,
            {"timesheet_id": self.id, "user_id": self.env.uid},
        )

    def _kbs_get_drawn_kinds(self, plan):
        """Return which sources this line draws on; None where the plan includes it."""
        return self.kbs_ticket_id._kbs_get_drawn_kinds(self.kbs_kind, plan)

    def _kbs_tell_drawn(self):
        """Say what this work was drawn from: "Hours of 05.2026: 50 min, …"."""
        line = self.sudo()
        parts = []
        for source, entries in line.kbs_entry_ids.grouped("source_id").items():
            if minutes := -sum(entries.mapped("minutes")):
                parts.append(source._tell_source(minutes))
        parts += [x._tell() for x in line.kbs_over_ids]
        if parts:
            return "; ".join(parts)
        return self.env._("Included in the plan") if line.kbs_subscription_id else False
