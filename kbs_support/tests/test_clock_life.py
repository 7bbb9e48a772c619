import os
from datetime import timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import tagged

from .clock_common import ClockCase, kyiv

# More of them by hand: STORIES=200 make test T=clock_life
STORIES = int(os.environ.get("STORIES", 10))
EVENTS = (
    "wait",
    "work",
    "close",
    "answer",
    "ask",
    "job",
    "holiday",
    "outage",
    "urgent",
)

stories = st.lists(
    st.tuples(st.sampled_from(EVENTS), st.integers(1, 60 * 30)),
    min_size=3,
    max_size=10,
)


@tagged("post_install", "-at_install")
class TestClockLife(ClockCase):
    """Whatever happens to a ticket, its clocks do not lie (L3, L4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy("first_response", 3, "hour", priority="3")

    @settings(
        max_examples=STORIES,
        deadline=None,
        derandomize="STORIES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
    @given(stories)
    def test_any_story(self, story):
        with self.env.cr.savepoint() as savepoint:
            self.live(story)
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    def live(self, story):
        now = kyiv("2026-05-14 10:00")
        with freeze_time(now):
            ticket = self.ticket("optima")
        ended = {}
        for event, minutes in story:
            now += timedelta(minutes=minutes)
            with freeze_time(now):
                getattr(self, f"do_{event}")(ticket, now)
                self.check(ticket, now, ended, is_watched=event == "job")

    # === WHAT MAY HAPPEN === #

    def do_wait(self, ticket, _now):
        ticket.stage_id = self.stage_waiting

    def do_work(self, ticket, _now):
        ticket.stage_id = self.stage_work

    def do_close(self, ticket, _now):
        ticket.stage_id = self.stage_done

    def do_answer(self, ticket, now):
        ticket._kbs_note_answer(now)

    def do_ask(self, ticket, now):
        ticket._kbs_note_client_message(now)

    def do_job(self, ticket, now):
        # What the scheduled action does, without its commits.
        ticket.kbs_sla_target_ids._record_misses(now)

    def do_holiday(self, _ticket, now):
        day = fields.Datetime.to_string(now - timedelta(days=1))[:10]
        self.holiday(f"{day} 00:00", f"{day} 23:59")

    def do_outage(self, _ticket, now):
        self.env["kbs.blackout"].create(
            {
                "company_id": self.company.id,
                "date_start": now - timedelta(hours=3),
                "date_end": now + timedelta(hours=1),
            }
        )

    def do_urgent(self, ticket, _now):
        ticket.priority = "3"

    # === WHAT IS ALWAYS TRUE === #

    def check(self, ticket, now, ended, is_watched):
        clocks = ticket.kbs_sla_target_ids
        for clock in clocks - clocks._filter_open():
            facts = (clock.state, clock.done_at, clock.late_minutes, clock.deadline)
            self.assertEqual(ended.setdefault(clock, facts), facts, "it has ended")
            self.assertEqual(bool(clock.late_minutes), clock.state == "missed")
            if clock.state == "met" and clock.deadline:
                self.assertLessEqual(clock.done_at, clock.deadline)
        is_waiting = bool(ticket._kbs_get_open_pause_sudo())
        self.assertEqual(is_waiting, ticket.stage_id.kbs_is_waiting)
        faces = clocks._get_faces()
        for clock in clocks._filter_open():
            elapsed = clock._get_elapsed(faces, now)
            self.assertEqual(
                elapsed + clock._get_remaining(now)[clock], clock._get_promise()
            )
            stands = is_waiting and clock.metric != "first_response"
            if clock.state == "missed":
                self.assertTrue(clock.late_minutes)
            else:
                self.assertEqual(clock.state, "paused" if stands else "running")
                self.assertEqual(bool(clock.deadline), not stands)
            if clock.state == "running":
                work, stops = faces[clock]
                self.assertEqual(
                    clock.deadline,
                    work.add(clock.date_start, clock._get_promise(), stops),
                )
                if is_watched:
                    self.assertLessEqual(now, clock.deadline)
        metrics = clocks._filter_open().mapped("metric")
        self.assertEqual(len(metrics), len(set(metrics)), "one open clock each")
