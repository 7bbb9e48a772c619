from odoo.tests import tagged

from .scale_common import ScaleMixin
from .support_portal_common import SupportPortalCase


@tagged("post_install", "-at_install")
class TestSupportOrderScale(ScaleMixin, SupportPortalCase):
    """One order of hours or a dozen offers: the pages cost the same queries."""

    def pages(self):
        """The pages of what can be ordered, by name; each takes and ignores records."""
        user = self.owner
        subscriptions = self.env["kbs.subscription"]

        def support():
            return subscriptions.browse(self.support.id).sudo()

        return {
            "home": lambda _x: subscriptions._prepare_portal_home_sudo(user),
            "page": lambda _x: support()._prepare_portal_page_sudo(user),
            "plan": lambda _x: support()._prepare_portal_change_page(user),
            "hours": lambda _x: support()._prepare_portal_hour_prices(),
            "choices": lambda _x: self.env[
                "sale.order"
            ]._kbs_prepare_portal_choices_sudo(user),
        }

    def count(self):
        return {
            name: self.count_queries(self.support, do)
            for name, do in self.pages().items()
        }

    def sell_hours(self, count):
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.hospital.id,
                    "company_id": self.company.id,
                    "pricelist_id": self.regular.id,
                    "kbs_hours_subscription_id": self.support.id,
                    "order_line": [(0, 0, {"product_id": self.product("hour").id})],
                }
                for _number in range(count)
            ]
        )
        orders[: count // 2].action_confirm()
        orders[: count // 2]._kbs_invoice_sudo()
        orders[count // 2 :].state = "sent"

    def test_pages_of_who_has_ordered_much(self):
        self.sell_hours(2)
        self.count()  # what is cached for all is cached
        few = self.count()
        self.sell_hours(38)
        many = self.count()
        for name, queries in few.items():
            with self.subTest(page=name):
                self.assertLessEqual(many[name] - queries, 2, (queries, many[name]))
        self.assertEqual(
            len(self.env["sale.order"]._kbs_prepare_portal_choices_sudo(self.owner)), 20
        )

    def test_first_purchase_of_who_has_many_offers(self):
        self._create_newcomers()
        subscriptions, user = self.env["kbs.subscription"], self.newcomer
        data = self.first()

        def page(_records):
            subscriptions._prepare_portal_first_sudo(user, data["plan"], data["term"])
            subscriptions._find_portal_live_sudo(user)
            client, company = self.academy, self.company
            subscriptions.sudo()._get_first_quotations(client, company)

        self.quote("optima_3", client=self.academy).state = "sent"
        self.count_queries(self.support, page)
        few = self.count_queries(self.support, page)
        for _number in range(49):
            self.quote("optima_3", client=self.academy).state = "sent"
        many = self.count_queries(self.support, page)
        self.assertLessEqual(many - few, 2, (few, many))
