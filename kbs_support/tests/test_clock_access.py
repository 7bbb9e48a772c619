from odoo import Command
from odoo.tests import new_test_user, tagged

from .clock_common import ClockCase, kyiv


@tagged("post_install", "-at_install")
class TestClockAccess(ClockCase):
    """Who may see clocks and who decides on them; nobody writes them by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(cls.env, "kbs_portal", groups="base.group_portal")
        cls.portal.partner_id.parent_id = cls.clients["prof"]
        cls.public = cls.env.ref("base.public_user")
        cls.term = cls.policy(plan_id=cls.plan("prof").id)
        cls.outage = cls.env["kbs.blackout"].create(
            {
                "company_id": cls.company.id,
                "date_start": kyiv("2026-05-01 09:00"),
                "date_end": kyiv("2026-05-01 10:00"),
            }
        )
        cls.prof_ticket = cls.ticket("prof")

    def rights(self, user, records):
        return "".join(
            letter
            for letter, operation in zip(
                "rwcd", ("read", "write", "create", "unlink"), strict=True
            )
            if records.with_user(user).has_access(operation)
        )

    def test_table_of_rights(self):
        clock = self.clock(self.prof_ticket)
        for user, records, allowed in (
            (self.agent, clock, "r"),
            (self.agent, self.term, "r"),
            (self.agent, self.outage, "r"),
            (self.lead, clock, "r"),
            (self.lead, self.term, "r"),
            (self.lead, self.outage, "rwcd"),
            (self.manager, clock, "r"),
            (self.manager, self.term, "rwcd"),
            (self.reader, clock, "r"),
            (self.salesman, clock, ""),
            (self.portal, clock, ""),
            (self.portal, self.term, ""),
            (self.portal, self.outage, ""),
            (self.public, clock, ""),
        ):
            with self.subTest(user=user.login, model=records._name):
                self.assertEqual(self.rights(user, records), allowed)

    def test_agent_works_though_clocks_are_not_his_to_write(self):
        ticket = self.prof_ticket.with_user(self.agent)
        ticket.message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        ticket.stage_id = self.stage_waiting
        ticket.stage_id = self.stage_work
        ticket.stage_id = self.stage_done
        states = {x.metric: x.state for x in self.prof_ticket.kbs_sla_target_ids}
        self.assertEqual(states, {"first_response": "met", "resolution": "met"})

    def test_client_writes_in_the_portal_and_waits_for_an_answer(self):
        self.prof_ticket._kbs_note_answer(kyiv("2026-05-14 12:30"))
        self.prof_ticket.with_user(self.portal).message_post(
            body="It fails again",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self.clock(self.prof_ticket, "next_response").state, "running")

    def test_other_company_sees_nothing(self):
        other = self._create_company("Another company")
        stranger = new_test_user(
            self.env,
            "kbs_other_agent",
            groups="kbs_support.group_kbs_lead",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for records in (self.clock(self.prof_ticket), self.outage):
            found = (
                records.with_user(stranger)
                .with_context(allowed_company_ids=other.ids)
                .search([("id", "=", records.id)])
            )
            self.assertFalse(found)

    def test_lead_enters_force_majeure_and_clocks_follow(self):
        ticket = self.ticket("premium")
        self.env["kbs.blackout"].with_user(self.lead).create(
            {
                "company_id": self.company.id,
                "kind": "raid",
                "date_start": kyiv("2026-05-14 12:30"),
                "date_end": kyiv("2026-05-14 13:00"),
            }
        )
        self.assertEqual(self.clock(ticket).deadline, kyiv("2026-05-14 16:30"))

    def test_story_explains_the_deadline_in_ukrainian(self):
        with self.at("2026-05-15 17:00"):
            ticket = self.ticket("optima")
        self.env["kbs.blackout"].create(
            {
                "company_id": self.company.id,
                "kind": "raid",
                "date_start": kyiv("2026-05-18 10:00"),
                "date_end": kyiv("2026-05-18 10:30"),
            }
        )
        ticket = ticket.with_user(self.agent).with_context(lang="uk_UA")
        with self.at("2026-05-18 12:00"):
            story = ticket.kbs_clock_html
        for words in (
            "Перша відповідь",
            "1 роб. дн. = 9 год",
            "Вихідні",
            "Форс-мажор: повітряна тривога",
            "пн 18.05 17:30",
            "залишилося",
        ):
            self.assertIn(words, story)

    def test_story_begins_with_what_is_due_first(self):
        ticket = self.ticket("optima")
        ticket._kbs_note_answer(kyiv("2026-05-14 12:30"))
        ticket._kbs_note_client_message(kyiv("2026-05-14 12:40"))
        clocks = ticket.kbs_sla_target_ids._sort_for_reading()
        self.assertEqual(
            clocks.mapped("metric"), ["next_response", "resolution", "first_response"]
        )

    def test_share_of_kept_terms_in_the_running_period(self):
        support = self.supports["premium"]
        kept, late, _running = (self.ticket("premium") for _number in range(3))
        kept._kbs_note_answer(kyiv("2026-05-14 13:00"))
        late._kbs_note_answer(kyiv("2026-05-14 17:00"))
        self.env.invalidate_all()
        self.assertEqual(support.with_user(self.agent).clocks_ended, 2)
        self.assertEqual(support.clocks_kept, 0.5)
        other = self.supports["optima"]
        self.assertEqual((other.clocks_ended, other.clocks_kept), (0, 0))

    def test_share_of_fifty_is_one_question(self):
        supports = self.env["kbs.subscription"].union(*self.supports.values())
        supports.mapped("clocks_kept")
        queries = []
        for some in (supports[:1], supports):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.browse(some.ids).mapped("clocks_kept")
            queries.append(self.env.cr.sql_log_count - before)
        self.assertEqual(queries[0], queries[1])
