from odoo.tests import tagged

from .report_common import ReportCase
from .scale_common import ScaleMixin


@tagged("post_install", "-at_install")
class TestReportScale(ScaleMixin, ReportCase):
    """A page of a report costs the same queries for one row and for fifty."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        orders = cls.env["sale.order"]
        for number in range(50):
            orders |= cls.quote("optima_3", client=cls._create_client(f"No. {number}"))
        orders.action_confirm()
        cls.pay(orders)
        cls.env["kbs.report.counted"]._count_all_sudo(cls.company)

    def test_a_page_of_the_list(self):
        names = {"fields": {"display_name": {}}}
        for name in ("subscription", "revenue", "work", "client"):
            rows = self.env[f"kbs.report.{name}"].search(
                [("company_id", "=", self.company.id), ("subscription_id", "!=", False)]
            )
            specification = {"partner_id": names, "plan_id": names, "month": {}}

            def read(found, specification=specification):
                own = found.with_user(self.reader)
                domain = [("id", "in", found.ids)]
                found = own.web_search_read(domain, specification)
                self.assertTrue(found["records"][0]["partner_id"]["display_name"])

            self.compare(name, (rows[:1], rows[:50]), read, 0)

    def test_counting_takes_the_same_queries_for_all(self):
        report = self.env["kbs.report.counted"]
        before = self.count_queries(self.company, report._count_all_sudo)
        # A lock, the old rows out, the new ones in: for each of the five.
        self.assertLessEqual(before, 40)
