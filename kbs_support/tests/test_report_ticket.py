from odoo.tests import tagged

from .clock_common import ClockCase
from .scale_common import ScaleMixin


@tagged("post_install", "-at_install")
class TestReportTicket(ScaleMixin, ClockCase):
    """Open tickets for readers of reports: whose, since when, and not a word more."""

    def row(self, ticket, user=None):
        report = self.env["kbs.report.ticket"].with_user(user or self.reader)
        return report.search([("id", "=", ticket.id)])

    def test_an_open_ticket_with_its_client(self):
        ticket = self.ticket("optima", user_id=self.agent.id)
        self.supports["optima"].manager_id = self.manager
        self.env.flush_all()
        row = self.row(ticket)
        self.assertEqual(row.number, ticket.number)
        self.assertEqual(row.partner_id, self.clients["optima"])
        self.assertEqual(row.plan_id, self.plan("optima"))
        self.assertEqual((row.user_id, row.manager_id), (self.agent, self.manager))
        self.assertEqual(row.received_at, ticket.kbs_received_at)

    def test_only_open_ones(self):
        ticket = self.ticket()
        self.assertTrue(self.row(ticket))
        ticket.stage_id = self.stage_done
        self.assertFalse(self.row(ticket))
        ticket.stage_id = self.stage_work
        self.assertTrue(self.row(ticket))
        ticket.active = False
        self.assertFalse(self.row(ticket))

    def test_nothing_of_what_the_client_wrote(self):
        names = set(self.env["kbs.report.ticket"]._fields)
        self.assertFalse(names & {"name", "description", "partner_email"})

    def test_not_of_other_companies(self):
        ticket = self.ticket()
        other = self._create_company("Other")
        self.assertTrue(self.row(ticket))
        ticket.team_id = False
        ticket.company_id = other
        self.env.flush_all()
        self.assertFalse(self.row(ticket))

    def test_it_opens_what_the_user_may_read(self):
        ticket = self.ticket("optima")
        for user, record in (
            (self.manager, ticket),
            (self.reader, self.supports["optima"]),
        ):
            action = self.row(ticket, user).action_open()
            self.assertEqual(action["res_model"], record._name)
            self.assertEqual(action["res_id"], record.id)

    def test_a_page_of_the_list(self):
        tickets = self.ticket()
        for _number in range(49):
            tickets |= self.ticket()
        names = {"fields": {"display_name": {}}}
        specification = {"partner_id": names, "plan_id": names, "number": {}}

        def read(found):
            report = self.env["kbs.report.ticket"].with_user(self.reader)
            report.web_search_read([("id", "in", found.ids)], specification)

        self.compare("open tickets", (tickets[:1], tickets), read, 0)
