from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        # EXTENDS portal: our words, and those we add to Odoo's own, reach clients.
        return [*super()._get_translation_frontend_modules_name(), "kbs_support"]
