from odoo import api, fields, models


class ResPartner(models.Model):
    """The domain of an e-mail address: by it we know whose colleague writes."""

    _inherit = "res.partner"

    kbs_email_domain = fields.Char(
        string="Domain of the E-mail",
        compute="_compute_kbs_email_domain",
        store=True,
        index="btree_not_null",
        help="What stands after the @, in small letters.",
    )

    _kbs_email_index = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )

    @api.depends("email_normalized")
    def _compute_kbs_email_domain(self):
        for partner in self:
            _name, _at, domain = (partner.email_normalized or "").partition("@")
            partner.kbs_email_domain = domain or False
