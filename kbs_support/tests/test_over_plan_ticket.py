from odoo.tests import tagged

from .hours_common import HoursCase


@tagged("post_install", "-at_install")
class TestOverPlanTicket(HoursCase):
    """A covered ticket says so when work on it goes beyond the plan."""

    def coverage(self, ticket=None):
        self.env.flush_all()
        return (ticket or self.case).kbs_coverage

    def over(self, minutes=40, **values):
        line = self.work(180 + minutes, **values)
        return line.sudo().kbs_over_ids.with_user(self.agent)

    def test_says_so_until_it_is_given(self):
        self.work(30)
        self.assertEqual(self.coverage(), "covered")
        row = self.over()
        self.assertEqual(self.coverage(), "over_plan")
        row.action_bill()
        self.assertEqual(self.coverage(), "over_plan")
        row.with_user(self.lead)._give("Our mistake")
        self.assertEqual(self.coverage(), "covered")

    def test_drawn_from_a_pack_is_covered(self):
        row = self.over()
        self.pay(self.sell_hours("hour"))
        row.action_draw()
        self.assertEqual(self.coverage(), "covered")

    def test_follows_the_work(self):
        line = self.over().sudo().timesheet_id
        line.unit_amount = 1
        self.assertEqual(self.coverage(), "covered")
        line.unit_amount = 4
        self.assertEqual(self.coverage(), "over_plan")
        line.unlink()
        self.assertEqual(self.coverage(), "covered")

    def test_merged_ticket_takes_it_along(self):
        later = self.ticket(self.hospital)
        self.over(ticket=later)
        self.assertEqual(self.coverage(later), "over_plan")
        later._kbs_merge_into(self.case)
        self.assertEqual(self.coverage(later), "covered")
        self.assertEqual(self.coverage(), "over_plan")

    def test_who_is_not_covered_stays_so(self):
        ticket = self.ticket(self._create_client("Stranger"))
        self.work(40, ticket=ticket)
        self.assertEqual(self.coverage(ticket), "not_covered")

    def test_stays_when_coverage_is_asked_again(self):
        self.over()
        self.assertEqual(self.coverage(), "over_plan")
        self.case._kbs_redo_coverage()
        self.assertEqual(self.coverage(), "over_plan")

    def test_promises_stay_as_they_were(self):
        clocks = self.case.kbs_sla_target_ids
        before = [(x.id, x.deadline, x.state) for x in clocks]
        # A changed plan makes new promises only.
        self.plan("optima").reaction_time += 3
        self.over()
        self.assertEqual(self.coverage(), "over_plan")
        clocks = self.case.kbs_sla_target_ids
        self.assertTrue(before)
        self.assertEqual([(x.id, x.deadline, x.state) for x in clocks], before)

    def test_tickets_of_an_invoice_cost_the_same(self):
        """One query finds the work of however many tickets."""
        tickets = self.case
        for _number in range(10):
            tickets |= self.ticket(self.hospital)
        self.env.flush_all()
        counts = []
        for some in (tickets[:1], tickets):
            some.mapped("kbs_coverage")
            start = self.env.cr.sql_log_count
            some._kbs_follow_over_plan_sudo()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[0], counts[1])
