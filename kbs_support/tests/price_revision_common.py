from datetime import date

from odoo import Command
from odoo.fields import Datetime

from .common import KbsCase

FIRST = date(2026, 7, 1)
# Midnight in Kyiv, and the second before it.
MIDNIGHT = Datetime.to_datetime("2026-06-30 21:00:00")
EVENING = Datetime.to_datetime("2026-06-30 20:59:59")


class RevisionCase(KbsCase):
    """A draft of new prices from 1 July, made by the support manager."""

    @classmethod
    def revise(cls, **values):
        """A revision of OPTIMA for 3 months, calculated; ``values`` change it."""
        revision = (
            cls.env["kbs.price.revision"]
            .with_user(cls.manager)
            .create(
                {
                    "date_from": FIRST,
                    "plan_ids": [Command.set(cls.plan("optima").ids)],
                    "term_ids": [Command.set(cls.term(3).ids)],
                    **values,
                }
            )
        )
        revision.action_calculate()
        return revision

    @classmethod
    def term(cls, name):
        return cls.env.ref(f"kbs_support.kbs_term_{name}")

    @classmethod
    def item(cls, name):
        return cls.env.ref(f"kbs_support.product_pricelist_item_kbs_{name}")

    @classmethod
    def versions(cls, name="optima_3", pricelist=None):
        """``(start, end, price)`` of all versions of a price, in the order of time."""
        items = cls.env["product.pricelist.item"].search(
            [
                ("pricelist_id", "=", (pricelist or cls.regular).id),
                ("product_id", "=", cls.product(name).id),
            ]
        )
        return sorted(
            ((x.date_start, x.date_end, x.fixed_price) for x in items),
            key=lambda x: x[0] or Datetime.to_datetime("1970-01-01"),
        )
