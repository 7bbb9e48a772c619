from decimal import Decimal

from num2words import num2words

from odoo import models
from odoo.tools import get_lang


class ResCurrency(models.Model):
    _inherit = "res.currency"

    def amount_to_text(self, amount):
        # EXTENDS base, whose words for hryvnias are not Ukrainian ("… Hryvnia").
        self.ensure_one()
        if self.name != "UAH" or get_lang(self.env).iso_code != "uk":
            return super().amount_to_text(amount)
        words = num2words(
            Decimal(f"{amount:.2f}"),  # a plain int would be read as kopecks
            lang="uk",
            to="currency",
            currency="UAH",
            separator="",
            cents=False,
        )
        return words[:1].upper() + words[1:]

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
