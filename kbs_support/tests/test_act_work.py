from datetime import date

from odoo.tests import tagged

from .hours_common import HoursCase


@tagged("post_install", "-at_install")
class TestActWork(HoursCase):
    """Work over the plan stands on an act once its invoice is posted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.kbs_act_since = "2020-01-01"

    def bill(self, minutes=40, on=None, is_posted=True, **values):
        """Work beyond the hours of the plan, on an invoice of its own."""
        row = self.work(180 + minutes, on=on, **values).sudo().kbs_over_ids
        row.with_user(self.agent).action_bill()
        row.with_user(self.bookkeeper).action_invoice()
        if is_posted:
            row.invoice_id.action_post()
        self.env.flush_all()
        return row

    def make(self, until="2026-05-31", subs=None):
        acts = self.env["kbs.act"]._make_sudo(
            self.support if subs is None else subs, date.fromisoformat(until)
        )
        return acts.sorted("date_start")

    def works(self, acts):
        return acts.line_ids.filtered(lambda x: x.kind == "work")

    def test_stands_beside_the_days(self):
        row = self.bill()
        act = self.make()
        line = self.works(act)
        self.assertEqual(line.over_ids, row)
        self.assertEqual(line.minutes, 45)
        self.assertEqual(line.amount, row.invoice_id.amount_total)
        self.assertEqual(act.amount_total, round(sum(act.line_ids.mapped("amount")), 2))
        self.assertFalse(self.works(self.make("2026-06-30")))

    def test_draft_invoice_waits(self):
        row = self.bill(is_posted=False)
        self.assertFalse(self.works(self.make()))
        row.invoice_id.action_post()
        june = self.make("2026-06-30")
        self.assertEqual(self.works(june).over_ids, row)

    def test_waits_for_the_act_of_its_days(self):
        self.hospital.kbs_act_frequency = "quarter"
        row = self.bill()
        self.assertFalse(self.make("2026-05-31"))
        self.assertEqual(self.works(self.make("2026-06-30")).over_ids, row)

    def test_has_its_own_act_when_no_other_comes(self):
        row = self.bill(is_posted=False)
        everything = self.make("2027-05-31")
        self.assertTrue(self.support.period_ids.is_acted)
        row.invoice_id.action_post()
        self.env.flush_all()
        found = self.env["kbs.subscription"].search(
            self.env["kbs.act"]._get_due_domain(self.company, date(2027, 5, 31))
        )
        self.assertEqual(found, self.support)
        act = self.make("2027-05-31")
        self.assertEqual(act.kind, "work")
        self.assertEqual(self.works(act).over_ids, row)
        self.assertNotIn(act, everything)
        self.assertFalse(self.make("2027-05-31"))

    def test_has_its_own_act_where_support_costs_nothing(self):
        row = self.bill()
        self.support.period_ids.price_total = 0
        act = self.make()
        self.assertEqual((act.kind, self.works(act).over_ids), ("work", row))

    def test_rows_of_one_line_share_its_amount_by_minutes(self):
        first = self.bill(40, is_posted=False)
        second = self.work(100).sudo().kbs_over_ids
        second.with_user(self.agent).action_bill()
        second.invoice_line_id = line = first.invoice_line_id
        line.price_unit = 1000.01 / line.quantity
        parts = [x._prepare_act_line_values(line) for x in (first, second)]
        self.assertEqual(
            round(sum(x["amount"] for x in parts), 2), round(line.price_total, 2)
        )
        self.assertEqual([x["minutes"] for x in parts], [45, 105])
        self.assertLess(parts[0]["amount"], parts[1]["amount"])

    def test_cancelled_act_frees_the_work(self):
        row = self.bill()
        act = self.make()
        act.action_issue()
        act._correct_sudo({}, "Letter", is_whole=True)
        self.assertFalse(row.act_line_id)
        self.assertEqual(self.works(self.make()).over_ids, row)

    def test_deleted_draft_frees_days_and_work(self):
        row = self.bill()
        act = self.make()
        total = act.amount_total
        act.with_user(self.bookkeeper).unlink()
        self.env.flush_all()
        again = self.make()
        self.assertEqual(again.amount_total, total)
        self.assertEqual(self.works(again).over_ids, row)
