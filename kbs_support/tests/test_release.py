from datetime import timedelta

import psycopg2

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY
from .updates_common import UpdatesCase

ONE_DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestReleaseState(UpdatesCase):
    """Draft, review, publication, withdrawal: who may, and what follows."""

    def test_way_of_a_version(self):
        release = self.release("8.9", state="draft").with_user(self.lead)
        self._add_file(release)
        with self.assertRaisesRegex(UserError, "“Draft”"):
            release.action_publish()
        release.action_review()
        self.assertEqual((release.state, release.author_id), ("review", self.lead))
        release.action_draft()
        self.assertEqual(release.state, "draft")
        release.action_review()
        release.action_publish()
        self.assertEqual(release.state, "published")
        self.assertEqual(release.published_by_id, self.lead)
        self.assertEqual(release.published_at, fields.Datetime.now())
        for action in (release.action_review, release.action_draft,
                       release.action_publish):  # fmt: skip
            with self.assertRaisesRegex(UserError, "“Published”"):
                action()
        release._withdraw_sudo("Totals are wrong")
        self.assertEqual(release.state, "withdrawn")
        self.assertEqual(release.withdraw_reason, "Totals are wrong")
        with self.assertRaisesRegex(UserError, "“Taken back”"):
            release._withdraw_sudo("Again")

    def test_specialist_only_reads(self):
        release = self.release("8.9", state="draft")
        own = release.with_user(self.agent)
        self.assertTrue(own.has_access("read"))
        for action in (own.action_review, own.action_publish, own.action_draft,
                       own.action_withdraw):  # fmt: skip
            with self.subTest(action=action.__name__), self.assertRaises(AccessError):
                action()
        with self.assertRaises(AccessError):
            own.summary = "X"
        Wizard = self.env["kbs.release.withdraw"].with_user(self.agent)
        self.assertFalse(Wizard.has_access("create"))
        self.assertEqual(release.state, "draft")

    def test_withdrawal_needs_words(self):
        release = self.release("8.9")
        Wizard = self.env["kbs.release.withdraw"].with_user(self.lead)
        with self.assertRaisesRegex(UserError, "Say why"):
            Wizard.create({"release_id": release.id, "reason": " "}).action_withdraw()
        Wizard.create({"release_id": release.id, "reason": "Bad"}).action_withdraw()
        self.assertEqual(release.withdraw_reason, "Bad")

    def test_all_faults_at_once(self):
        base = self.release("8.8", state="review")
        release = self.release(
            "8.9", state="draft", summary=False, note_ids=False, kind="fix",
            fix_of_id=base.id,
        )  # fmt: skip
        with self.assertRaises(UserError) as raised:
            release.action_review()
        for words in ("no summary", "what is new", "corrects is not published"):
            self.assertIn(words, str(raised.exception))
        other = self.release("8.10", state="draft", kind="fix")
        with self.assertRaisesRegex(UserError, "which version it corrects"):
            other.action_review()

    def test_ready_when_reviewed_and_not_any_more(self):
        release = self.release("8.9", state="review")
        release.summary = False
        with self.assertRaisesRegex(UserError, "no summary"):
            release.action_publish()
        self.assertEqual(release.state, "review")

    def test_nobody_writes_the_state(self):
        release = self.release("8.9", state="draft").with_user(self.manager)
        for name, value in (
            ("state", "published"),
            ("author_id", self.manager.id),
            ("published_by_id", self.manager.id),
            ("published_at", fields.Datetime.now()),
            ("withdrawn_at", fields.Datetime.now()),
            ("withdraw_reason", "X"),
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                release.write({name: value})
        values = {"software_id": self.accounting.id, "version": "1"}
        with self.assertRaises(AccessError):
            release.create({**values, "state": "published"})
        self.assertEqual(release.create({**values, "state": "draft"}).state, "draft")

    def test_several_are_published_at_once_or_none(self):
        releases = self.release("8.9", state="review") | self.release(
            "8.10", state="draft"
        )
        with self.assertRaises(UserError):
            releases.with_user(self.lead).action_publish()
        self.assertEqual(releases.mapped("state"), ["review", "draft"])


@tagged("post_install", "-at_install")
class TestRelease(UpdatesCase):
    """What a version is, and what of it is fixed once clients have seen it."""

    def test_publication_fixes_what_decides_who_may_have_it(self):
        base = self.release("8.8")
        release = self.release("8.9", kind="fix", fix_of_id=base.id)
        for state in ("published", "withdrawn"):
            own = release.with_user(self.manager)
            for name, value in (
                ("version", "8.10"),
                ("date", TODAY - ONE_DAY),
                ("date", "2026-05-13"),
                ("software_id", self.payroll.id),
                ("fix_of_id", False),
            ):
                with self.subTest(state=state, field=name):
                    with self.assertRaisesRegex(UserError, "cannot be changed"):
                        own.write({name: value})
            if state == "published":
                release._withdraw_sudo("Bad")

    def test_writing_what_stands_there_is_no_change(self):
        release = self.release("8.9").with_user(self.manager)
        release.write(
            {
                "version": " v8.9 ",
                "date": "2026-05-14",
                "software_id": self.accounting.id,
                "fix_of_id": False,
            }
        )
        release.write({"date": TODAY, "fix_of_id": self.env["kbs.release"]})
        self.assertEqual((release.version, release.date), ("8.9", TODAY))

    def test_words_may_be_corrected(self):
        release = self.release("8.9").with_user(self.lead)
        release.write({"summary": "Better", "mandatory_by": TODAY + ONE_DAY})
        release.note_ids.text = "Better"
        self.assertEqual(release.summary, "Better")

    def test_draft_may_change_all(self):
        release = self.release("8.9", state="review").with_user(self.lead)
        release.write({"version": "8.10", "date": TODAY - ONE_DAY})
        self.assertEqual(release.version, "8.10")

    def test_what_was_published_stays_for_the_record(self):
        for version, state in (("8.8", "published"), ("8.9", "withdrawn")):
            release = self.release(version, state=state)
            with self.subTest(state=state), self.assertRaises(UserError):
                release.with_user(self.manager).unlink()
        draft = self.release("9", state="draft").with_user(self.lead)
        draft.unlink()
        self.assertFalse(draft.exists())

    def test_copy_is_the_next_version(self):
        first = self.release("8.9", TODAY - ONE_DAY, mandatory_by=TODAY)
        self.release("8.10", state="draft")
        copy = first.copy()
        self.assertEqual((copy.version, copy.state), ("8.11", "draft"))
        self.assertEqual((copy.date, copy.mandatory_by), (TODAY, False))
        self.assertEqual(copy.note_ids.text, first.note_ids.text)
        both = (first | copy).copy()
        self.assertEqual(both.mapped("version"), ["8.12", "8.13"])
        self.assertEqual(first.copy({"version": "9"}).version, "9")

    def test_one_version_of_a_program(self):
        self.release("8.10")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation) as raised,
            self.cr.savepoint(),
        ):
            self.release("8.10.0")
        self.assertEqual(
            self.env["kbs.release"]._sql_error_to_message(raised.exception),
            "This program already has a release of this version.",
        )
        self.release("8.10", software=self.payroll)

    def test_correction_has_a_higher_number_of_the_same_program(self):
        base = self.release("8.9")
        with self.assertRaisesRegex(ValidationError, "is not above 8.9"):
            self.release("8.8", kind="fix", fix_of_id=base.id)
        with self.assertRaisesRegex(ValidationError, "same program"):
            self.release("9", software=self.payroll, kind="fix", fix_of_id=base.id)
        fix = self.release("8.10", kind="fix", fix_of_id=base.id)
        again = self.release("8.11", kind="fix", fix_of_id=fix.id)
        self.assertEqual(again.root_key, base.version_key)

    def test_mandatory_not_before_it_is_released(self):
        with self.assertRaisesRegex(ValidationError, "before it is released"):
            self.release("8.9", mandatory_by=TODAY - ONE_DAY)
        self.assertTrue(self.release("8.10", mandatory_by=TODAY).is_mandatory)
        self.assertFalse(self.release("8.11").is_mandatory)

    def test_newest_is_the_highest_number_that_is_published(self):
        high = self.release("8.10", TODAY - 10 * ONE_DAY)
        late = self.release("8.9", TODAY)
        self.release("9", state="draft")
        self.release("9.1", state="review")
        self.release("9.2", state="withdrawn")
        self.release("99", software=self.payroll)
        self.assertEqual(self.accounting.latest_release_id, high)
        self.assertEqual((high | late).mapped("is_current"), [True, False])
        high._withdraw_sudo("Bad")
        self.assertEqual(self.accounting.latest_release_id, late)

    def test_name_is_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        release = self.release("8.9")
        self.accounting.with_context(lang="uk_UA").name = "Облік"
        self.assertEqual(release.display_name, "Accounting 8.9")
        self.assertEqual(release.with_context(lang="uk_UA").display_name, "Облік 8.9")

    def test_rights_on_notes(self):
        release = self.release("8.9")
        note = release.note_ids
        self.assertTrue(note.with_user(self.lead).has_access("write"))
        for user, allowed in ((self.agent, True), (self.salesman, False)):
            self.assertEqual(note.with_user(user).has_access("read"), allowed)
            self.assertFalse(note.with_user(user).has_access("write"))
        release.with_user(self.lead).note_ids = [Command.create({"text": "More"})]
        self.assertEqual(len(release.note_ids), 2)
