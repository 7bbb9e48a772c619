import logging
from unittest.mock import patch

from odoo.tests import tagged

from ..models.helpdesk_ticket import HelpdeskTicket
from .intake_common import IntakeCase

_logger = logging.getLogger(__name__)


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

    def count(self, values, is_bare=False, **context):
        """Return the queries of one intake from a cold cache.

        :param bool is_bare: by helpdesk_mgmt, passing over all that we add to creating
        """
        tickets = self.env["helpdesk.ticket"].with_context(**context)
        create = super(HelpdeskTicket, tickets).create if is_bare else tickets.create
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        create(values)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def measure(self, values, **context):
        """Return the queries of ``values`` with our intake, and of helpdesk_mgmt alone.

        That one is given the same clients and people, typed in by somebody. The clocks
        are measured elsewhere.
        """
        tickets = type(self.env["helpdesk.ticket"])
        completed = self.env["helpdesk.ticket"]._kbs_complete_intake(values)
        typed = [
            {x: vals[x] for x in vals if not x.startswith("kbs_")} for vals in completed
        ]
        with patch.object(tickets, "_kbs_start_clocks", lambda _self: None):
            ours = self.count(values, **context)
            with patch.object(
                tickets, "_kbs_complete_intake", lambda _self, vals_list: vals_list
            ):
                plain = self.count(typed, **context)
        return ours, plain

    def test_fifty_cost_what_one_costs(self):
        values = self.prepare_many(self.COUNT)
        self.measure(values[:2])  # warms what is the same for all
        (one, plain_one), (many, plain_many) = (
            self.measure(values[:1]),
            self.measure(values),
        )
        _logger.info(
            "Intake: %s of %s queries for one, %s of %s for fifty",
            one - plain_one,
            plain_one,
            many - plain_many,
            plain_many,
        )
        self.assertLessEqual(many - plain_many, one - plain_one + 5)

    def test_intake_costs_a_quarter_more_at_most(self):
        """With followers, tracking and notes, as people and mail take tickets in."""
        values = self.prepare_many(self.COUNT)
        self.measure(values[:2], tracking_disable=False)
        one, plain_one = self.measure(values[:1], tracking_disable=False)
        ours, plain = self.measure(values, tracking_disable=False)
        _logger.info(
            "Intake with tracking: %s queries for one (plain %s), %s for fifty (%s)",
            one,
            plain_one,
            ours,
            plain,
        )
        self.assertLessEqual(one, plain_one * 1.25)
        self.assertLessEqual(ours, plain * 1.25)

    def test_intake_with_clocks_costs_half_more_at_most(self):
        """Coverage, routing and all clocks, against the bare helpdesk_mgmt."""
        values = self.prepare_many(self.COUNT)
        tickets = self.env["helpdesk.ticket"]
        self.count(values[:2], tracking_disable=False)
        bare = [
            {x: vals[x] for x in vals if not x.startswith("kbs_")}
            for vals in tickets._kbs_complete_intake(values)
        ]
        for count in (1, self.COUNT):
            ours = self.count(values[:count], tracking_disable=False)
            plain = self.count(bare[:count], is_bare=True, tracking_disable=False)
            _logger.info("Intake with clocks: %s of %s for %s", ours, plain, count)
            self.assertLessEqual(ours, plain * 1.5, count)
