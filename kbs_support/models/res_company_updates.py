from odoo import fields, models


class ResCompany(models.Model):
    """How clients learn of new versions."""

    _inherit = "res.company"

    kbs_release_news = fields.Boolean(
        string="News on the Website",
        default=True,
        help="A published version becomes a post of the blog “Program updates”.",
    )
