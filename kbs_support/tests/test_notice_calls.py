from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import Form, tagged

from .notice_common import NoticeCase


@tagged("post_install", "-at_install")
class TestNoticeCalls(NoticeCase):
    """The call list: who is called when, by whom, and what came of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for plan in ("prof", "optima", "premium"):
            cls.plan(plan).is_notified_phone = plan == "premium"
        cls.company.kbs_call_attempts = 3

    def call(self, notice):
        return self.rows(notice, "phone", self.clients["premium"])

    def due(self, user=None):
        """The call list as its menu shows it."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_notice_call_action"
        )
        domain = self.env["ir.actions.act_window"].browse(action["id"]).domain
        rows = self.env["kbs.notice.contact"].with_user(user or self.agent)
        return rows.search(eval(domain))  # noqa: S307  # a domain of ours

    # === WHEN === #

    def test_after_three_working_days_without_a_download(self):
        notice = self.campaign(is_started=True, call_after_days=3)
        self.assertFalse(self.due())
        # Thursday noon in Kyiv, three working days: Tuesday noon.
        self.assertEqual(self.call(notice).due_at, datetime(2026, 5, 19, 9))
        with freeze_time("2026-05-19 08:59:00"):
            self.assertFalse(self.due())
        with freeze_time("2026-05-19 09:00:00"):
            self.assertEqual(self.due(), self.call(notice))

    def test_an_urgent_campaign_calls_at_once(self):
        notice = self.campaign(is_started=True, is_urgent=True)
        self.assertEqual(self.due(), self.call(notice))

    def test_calls_at_once_when_asked_for(self):
        notice = self.campaign(is_started=True, call_mode="now")
        self.assertEqual(self.due(), self.call(notice))

    def test_a_client_without_an_address_is_called_at_once(self):
        self.clients["premium"].email = False
        notice = self.campaign(is_started=True)
        self.assertEqual(self.due(), self.call(notice))

    def test_a_refused_address_makes_the_call_due(self):
        self.mailbox.answers[self.clients["premium"].email_normalized] = "550 No"
        notice = self.campaign(is_started=True)
        self.run_waves(notice)
        self.assertEqual(self.due(), self.call(notice))

    def test_a_paused_campaign_leaves_the_call_list(self):
        notice = self.campaign(is_started=True, call_mode="now")
        notice.action_pause()
        self.assertFalse(self.due())
        with self.assertRaisesRegex(UserError, "does not run now"):
            self.call(notice).with_user(self.agent).action_told()
        notice.action_resume()
        self.assertTrue(self.due())

    def test_a_client_without_a_phone_is_not_on_the_list(self):
        self.clients["premium"].phone = False
        notice = self.campaign(is_started=True, call_mode="now")
        self.assertEqual(self.call(notice).state, "no_address")
        self.assertFalse(self.due())

    # === WHAT CAME OF IT === #

    def start(self):
        notice = self.campaign(is_started=True, call_mode="now")
        self.run_waves(notice)
        return notice, self.call(notice).with_user(self.agent)

    def test_told(self):
        notice, call = self.start()
        call.action_told()
        self.assertEqual((call.state, call.result), ("told", "told"))
        self.assertEqual(call.attempt_ids.user_id, self.agent)
        self.assertFalse(self.due())
        self.assertEqual(notice.state, "done")

    def test_no_answer_is_tried_again_in_working_hours(self):
        _notice, call = self.start()
        with freeze_time("2026-05-15 14:00:00"):  # Friday, 17:00 in Kyiv
            call.action_no_answer()
        self.assertEqual(call.state, "waiting")
        self.assertEqual(call.due_at, datetime(2026, 5, 18, 7))  # Monday 10:00

    def test_after_three_attempts_the_client_is_not_reached(self):
        notice, call = self.start()
        for _attempt in range(2):
            call.action_no_answer()
            self.assertEqual(call.state, "waiting")
        call.action_no_answer()
        self.assertEqual((call.state, call.result), ("unreached", "not_told"))
        self.assertEqual(len(call.attempt_ids), 3)
        self.assertEqual(notice.state, "done")

    def outcome(self, call, outcome, **values):
        wizard = self.env["kbs.notice.outcome"].with_user(self.agent)
        form = Form(
            wizard.with_context(default_contact_id=call.id, default_outcome=outcome)
        )
        for name, value in values.items():
            setattr(form, name, value)
        form.save().action_save()

    def test_call_later_at_the_time_the_client_names(self):
        _notice, call = self.start()
        call.action_no_answer()
        later = Datetime.now() + timedelta(hours=5)
        self.outcome(call, "later", later_at=later, note="After the meeting")
        self.assertEqual((call.state, call.due_at), ("waiting", later))
        self.assertEqual(call.attempt_count, 0, "somebody has answered")
        self.assertEqual(call.attempt_ids[0].note, "After the meeting")

    def test_a_time_that_is_past_is_refused(self):
        _notice, call = self.start()
        with self.assertRaisesRegex(UserError, "Say when"):
            self.outcome(call, "later", later_at=Datetime.now() - timedelta(hours=1))
        self.assertFalse(call.attempt_ids)

    def test_refused(self):
        _notice, call = self.start()
        self.outcome(call, "refused", note="Changes the program")
        self.assertEqual((call.state, call.result), ("refused", "refused"))
        self.assertEqual(call.detail, "Changes the program")

    def test_nobody_is_called_twice(self):
        _notice, call = self.start()
        call.action_told()
        with self.assertRaisesRegex(UserError, "need not be called"):
            call.action_no_answer()
        self.assertEqual(len(call.attempt_ids), 1)

    def test_a_letter_is_no_call(self):
        notice, _call = self.start()
        row = self.rows(notice, "email", self.clients["premium"])
        with self.assertRaisesRegex(UserError, "need not be called"):
            row.with_user(self.agent).action_told()

    # === RIGHTS === #

    def test_only_specialists_note_calls(self):
        _notice, call = self.start()
        with self.assertRaises(AccessError):
            call.with_user(self.reader).action_told()
        with self.assertRaises(AccessError):
            call.with_user(self.salesman).action_told()

    def test_attempts_and_rows_are_read_only(self):
        _notice, call = self.start()
        call.action_told()
        attempt = call.attempt_ids.with_user(self.manager)
        for change in (
            lambda: attempt.write({"outcome": "refused"}),
            lambda: attempt.unlink(),
            lambda: call.with_user(self.manager).write({"state": "refused"}),
            lambda: call.with_user(self.manager).unlink(),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_agents_do_not_run_campaigns(self):
        notice = self.campaign().with_user(self.agent)
        for name in ("action_start", "action_cancel", "action_draft"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                getattr(notice, name)()
        notice.with_user(self.lead).action_start()
        self.assertEqual(notice.state, "running")

    def test_the_script_says_what_it_is_about(self):
        notice, call = self.start()
        self.assertIn(self.company.name, notice.script)
        self.assertIn("Нова форма 4-1мз", notice.script)
        self.assertIn("Добрий день", notice.script)
        self.assertEqual(call.script, notice.script)
