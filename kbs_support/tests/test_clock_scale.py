from odoo import fields
from odoo.tests import tagged

from .clock_common import ClockCase
from .scale_common import ScaleMixin


@tagged("post_install", "-at_install")
class TestClockScale(ScaleMixin, ClockCase):
    """Hours, holidays and force majeure are read once for all clocks of a batch."""

    def clocks(self, count):
        tickets = self.env["helpdesk.ticket"].union(
            *(self.ticket("optima") for _number in range(count))
        )
        return tickets.kbs_sla_target_ids

    def test_deadlines_of_fifty(self):
        batches = (self.clocks(1), self.clocks(50))
        self.compare("deadlines", batches, lambda x: x._set_deadlines(), 0)

    def test_misses_of_fifty(self):
        batches = (self.clocks(1), self.clocks(50))
        with self.at("2026-07-01 12:00"):
            moment = fields.Datetime.now()
            self.compare("misses", batches, lambda x: x._record_misses(moment), 0)
