from odoo import models


class ResCurrency(models.Model):
    _inherit = "res.currency"

    def _kbs_has_rate(self, company):
        """Say whether amounts of this currency can be converted for ``company``.

        Without any rate Odoo converts one to one, without a word.
        """
        self.ensure_one()
        return bool(
            self.rate_ids.filtered(
                lambda x: x.company_id in (company.root_id, x.company_id.browse())
            )
        )
