from odoo import api, fields, models
from odoo.exceptions import ValidationError


class KbsGuarantee(models.Model):
    """A client's letter that he will pay: service before payment, until a date."""

    _name = "kbs.guarantee"
    _description = "Guarantee Letter"
    _inherit = ["mail.thread"]
    _order = "date_until desc, id desc"

    period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        required=True,
        index=True,
        ondelete="cascade",
    )
    subscription_id = fields.Many2one(
        related="period_id.subscription_id", store=True, index=True
    )
    partner_id = fields.Many2one(related="period_id.partner_id")
    company_id = fields.Many2one(related="period_id.company_id", store=True, index=True)
    date_until = fields.Date(
        string="Served until",
        required=True,
        tracking=True,
        help="Last day of service before payment.",
    )
    reason = fields.Char(required=True, tracking=True)
    letter = fields.Binary(required=True, attachment=True, help="Scan of the letter.")
    letter_name = fields.Char(string="File Name")
    is_revoked = fields.Boolean(string="Revoked", tracking=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Allowed by",
        readonly=True,
        default=lambda self: self.env.user,
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su:
                vals["user_id"] = self.env.uid  # who allows it is not for choosing
        return super().create(vals_list)

    @api.depends("period_id", "date_until")
    def _compute_display_name(self):
        for guarantee in self:
            guarantee.display_name = guarantee.period_id.display_name

    @api.constrains("date_until", "period_id")
    def _check_date_until(self):
        for guarantee in self:
            if guarantee.date_until < guarantee.period_id.date_start:
                raise ValidationError(
                    self.env._(
                        "The guarantee ends before the period starts: %(period)s.",
                        period=guarantee.period_id.display_name,
                    )
                )

    def action_revoke(self):
        self.is_revoked = True
