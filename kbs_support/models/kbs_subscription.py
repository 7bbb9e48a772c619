from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class KbsSubscription(models.Model):
    """One client's support: a number, a plan, and the periods that were sold.

    What it says about itself (state, plan, dates, tenure) is derived from its
    periods; the only fact of its own is that somebody closed it.
    """

    _name = "kbs.subscription"
    _description = "Support Subscription"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_end desc, id desc"
    _check_company_auto = True
    # Whoever may read a subscription may write a note or plan a call on it.
    _mail_post_access = "read"

    name = fields.Char(
        string="Number", required=True, copy=False, default="/", readonly=True
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
        ondelete="restrict",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Client's Company",
        store=True,
        index=True,
        help="Every contact of this company is covered.",
    )
    manager_id = fields.Many2one(
        comodel_name="res.users",
        tracking=True,
        index="btree_not_null",
        domain="[('share', '=', False)]",
        help="Looks after the contract and its renewal.",
    )
    specialist_id = fields.Many2one(
        comodel_name="res.users",
        string="Dedicated Specialist",
        tracking=True,
        index="btree_not_null",
        domain="[('share', '=', False)]",
        help="Answers this client first.",
    )
    is_specialist_due = fields.Boolean(compute="_compute_is_specialist_due")
    note = fields.Html(string="Internal Notes")
    period_ids = fields.One2many(
        comodel_name="kbs.subscription.period",
        inverse_name="subscription_id",
        string="Periods",
    )

    order_count = fields.Integer(compute="_compute_document_counts")
    invoice_count = fields.Integer(compute="_compute_document_counts")

    # === CLOSED BY A PERSON === #
    closed_on = fields.Date(readonly=True, copy=False, tracking=True)
    close_reason_id = fields.Many2one(
        comodel_name="kbs.close.reason",
        string="Closed because",
        readonly=True,
        copy=False,
        tracking=True,
        ondelete="restrict",
    )

    _number_unique = models.Constraint(
        "UNIQUE (company_id, name)", "There is already a subscription of this number."
    )

    # === COMPUTE METHODS === #

    @api.depends("plan_id", "specialist_id", "state")
    def _compute_is_specialist_due(self):
        for subscription in self:
            subscription.is_specialist_due = (
                subscription.plan_id.has_specialist
                and not subscription.specialist_id
                and subscription.state in ("active", "upcoming")
            )

    def _compute_document_counts(self):
        quotations = dict(
            self.env["sale.order"]
            .sudo()
            ._read_group(
                [("kbs_subscription_id", "in", self.ids)],
                ["kbs_subscription_id"],
                ["id:recordset"],
            )
        )
        for subscription in self:
            sold = subscription.sudo().period_ids.sale_line_id.order_id
            orders = sold | quotations.get(subscription, sold.browse())
            subscription.order_count = len(orders)
            credit_notes = subscription.sudo().period_ids.credit_note_ids
            subscription.invoice_count = len(orders.invoice_ids | credit_notes)

    @api.depends("name", "partner_id", "plan_id")
    @api.depends_context("kbs_show_client")
    def _compute_display_name(self):
        for subscription in self:
            name = subscription.name
            if self.env.context.get("kbs_show_client"):
                parts = [name, subscription.partner_id.name, subscription.plan_id.name]
                name = " · ".join(part for part in parts if part)
            subscription.display_name = name

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company_id = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company_id)
                    .next_by_code("kbs.subscription")
                )
        return super().create(vals_list)

    def write(self, vals):
        """Keep derived facts from being typed in: they follow from the periods.

        :raise AccessError: somebody writes a field that only business methods set
        """
        derived = self._get_derived_fields() & set(vals)
        if derived and not self.env.su:
            labels = self.fields_get(derived, ["string"]).values()
            raise AccessError(
                self.env._(
                    "These follow from the periods and cannot be written: %(fields)s",
                    fields=", ".join(label["string"] for label in labels),
                )
            )
        return super().write(vals)

    @api.model
    def _get_derived_fields(self):
        """Names of the stored fields that nobody writes by hand."""
        computed = {
            name
            for name, field in self._fields.items()
            if field.compute and field.store and not field.inverse
        }
        # What business methods write: a sale, a transfer, a closing, an agreement.
        return computed | {
            "name",
            "partner_id",
            "company_id",
            "transfer_ids",
            "closed_on",
            "close_reason_id",
            "leaving_since",
            "agreed_plan_id",
            "agreed_period_id",
            "agreed_because",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        if sold := self.filtered("period_ids"):
            raise UserError(
                self.env._(
                    "The subscription %(number)s has periods and stays for the "
                    "record. Close it with a reason instead.",
                    number=sold[0].name,
                )
            )

    # === ACTIONS === #

    def action_view_orders(self):
        self.check_access("read")
        return self._get_documents_action(
            "sale.action_orders", self._get_orders_sudo().ids
        )

    def action_view_invoices(self):
        self.check_access("read")
        # Sudo: the action shows what the user may read of these.
        credit_notes = self.sudo().period_ids.credit_note_ids
        return self._get_documents_action(
            "account.action_move_out_invoice_type",
            (self._get_orders_sudo().invoice_ids | credit_notes).ids,
        )

    @api.model
    def _get_documents_action(self, xmlid, ids):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [("id", "in", ids)]
        action["context"] = {"create": False}
        if len(ids) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = ids[0]
        return action

    # === BUSINESS METHODS === #

    def _get_orders_sudo(self):
        """All orders of the subscriptions: sold periods, quotations for renewal."""
        sudo = self.sudo()
        return sudo.period_ids.sale_line_id.order_id | sudo.env["sale.order"].search(
            [("kbs_subscription_id", "in", self.ids)]
        )
