from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    kbs_subscription_ids = fields.One2many(
        comodel_name="kbs.subscription",
        inverse_name="commercial_partner_id",
        string="Support Subscriptions",
        help="Of the company itself; its contacts share them.",
    )
    kbs_subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Support",
        compute="_compute_kbs_subscription_id",
        help="What covers this partner today.",
    )
    kbs_subscription_count = fields.Integer(compute="_compute_kbs_subscription_count")

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("kbs_subscription_ids.state", "commercial_partner_id")
    def _compute_kbs_subscription_id(self):
        active = self.env["kbs.subscription"]._get_active(self)
        for partner in self:
            partner.kbs_subscription_id = active.get(partner)

    @api.depends_context("allowed_company_ids")
    def _compute_kbs_subscription_count(self):
        counts = dict(
            self.env["kbs.subscription"]
            .sudo()  # a number on a button; opening it asks for the right
            ._read_group(
                [
                    ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "in", self.env.companies.ids),
                ],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.kbs_subscription_count = counts.get(partner.commercial_partner_id)

    def _kbs_get_letter_recipient(self):
        """Return who reads letters to this client: the first who has an address.

        The client himself, else his company, else its contact for invoices.
        """
        self.ensure_one()
        company = self.commercial_partner_id
        invoiced = company.child_ids.filtered(lambda x: x.type == "invoice")
        found = [x for x in (self, company, *invoiced) if x.email_normalized]
        return found[0] if found else self.browse()

    def action_view_kbs_subscriptions(self):
        """Open the subscriptions of the partner's company."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_subscription_action"
        )
        action["domain"] = [
            ("commercial_partner_id", "=", self.commercial_partner_id.id)
        ]
        action["context"] = {}
        return action
