from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    kbs_download_minutes = fields.Integer(
        string="Download Link Valid for",
        default=60,
        help="Minutes that the link of a download is valid. A download that was "
        "interrupted goes on with the same link as long as it is.",
    )

    _kbs_download_minutes_range = models.Constraint(
        "CHECK (kbs_download_minutes BETWEEN 1 AND 1440)",
        "The link of a download is valid from one minute to a day.",
    )
