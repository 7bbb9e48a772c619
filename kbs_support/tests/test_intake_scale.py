from unittest.mock import patch

from odoo.tests import tagged

from .intake_common import IntakeCase


@tagged("post_install", "-at_install")
class TestIntakeScale(IntakeCase):
    """Intake costs the same for one ticket and for fifty."""

    COUNT = 50

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support.specialist_id = cls.agent
        cls.env["kbs.duty"].create(
            {
                "user_id": cls.lead.id,
                "date_from": "2026-05-14 00:00:00",
                "date_to": "2026-05-15 00:00:00",
            }
        )

    def prepare_many(self, count):
        values = []
        for number in range(count):
            client = self._create_client(f"C{number}", email=f"c{number}@c.example.com")
            if number % 2:
                values.append(self.prepare(client))
            else:
                values.append(self.prepare(partner_email=client.email))
        return values

    def count(self, values):
        """Return the queries of one intake from a cold cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["helpdesk.ticket"].create(values)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def plain(self):
        """Intake as helpdesk_mgmt has it: nobody is found, chosen or timed."""
        tickets = type(self.env["helpdesk.ticket"])

        def nothing(*_args):
            return None

        return (
            patch.object(tickets, "_kbs_complete_intake", lambda _self, vals: vals),
            patch.object(tickets, "_kbs_start_clocks", nothing),
            patch.object(tickets, "_kbs_call_leaders", nothing),
        )

    def without_clocks(self):
        tickets = type(self.env["helpdesk.ticket"])
        return patch.object(tickets, "_kbs_start_clocks", lambda *_args: None)

    def test_fifty_cost_as_much_each_as_one_more(self):
        values = self.prepare_many(self.COUNT)
        for vals in values:
            vals["partner_id"] = vals["partner_id"] or self.accountant.id
        with self.without_clocks():
            self.count(values[:2])  # warms what is the same for all
            one, many = self.count(values[:1]), self.count(values)
        patches = self.plain()
        with patches[0], patches[1], patches[2]:
            self.count(values[:2])
            plain_one, plain_many = self.count(values[:1]), self.count(values)
        own, own_many = one - plain_one, many - plain_many
        print(f"intake: 1 {one} (plain {plain_one}), 50 {many} (plain {plain_many})")
        self.assertLessEqual(own_many, own + 4, "the same work for one and for fifty")
        self.assertLessEqual(many, plain_many * 1.25)
        self.assertLessEqual(many / self.COUNT, one)
