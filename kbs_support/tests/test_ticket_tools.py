from ast import literal_eval
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .clock_common import ClockCase, kyiv

MORNING = "2026-05-14 10:00"


class ToolsCase(ClockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        cls.person = cls._create_contact(cls.clients["prof"], "person@example.com")
        cls.portal = new_test_user(cls.env, "kbs_portal", groups="base.group_portal")
        cls.portal.partner_id.write(
            {"parent_id": cls.clients["prof"].id, "email": "portal@example.com"}
        )

    @classmethod
    def _create_contact(cls, company, email, **values):
        return cls.env["res.partner"].create(
            {"name": email, "email": email, "parent_id": company.id, **values}
        )

    @classmethod
    def ticket(cls, code="prof", **values):
        return super().ticket(code, **{"partner_id": cls.person.id, **values})

    def write(self, ticket, author, text, **values):
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            return ticket.message_post(
                body=text,
                author_id=author.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                **values,
            )

    def letters(self, ticket):
        """What was written to people outside about ``ticket``."""
        return ticket.message_ids.filtered(
            lambda x: (
                x.message_type in ("auto_comment", "email_outgoing")
                or self.person in x.notified_partner_ids
            )
        )

    def broken_letters(self):
        """As with a template that was edited badly: no letter can be made."""

        def fail(*args, **kwargs):
            raise ValueError("This letter cannot be made")

        return patch.object(type(self.env["mail.template"]), "_render_field", fail)

    def finish(self):
        """What Odoo does before a commit: tracking, and the letters of stages."""
        self.flush_tracking()

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()


@tagged("post_install", "-at_install")
class TestMerge(ToolsCase):
    """Several tickets about one thing become one, and no promise gets later."""

    def two(self, **values):
        with freeze_time(kyiv("2026-05-13 10:00")):
            first = self.ticket(name="First", description="<p>It fails.</p>")
        with freeze_time(kyiv("2026-05-14 09:30")):
            second = self.ticket(name="Second", description="<p>Help!</p>", **values)
        return first, second

    def merge(self, tickets, target, user=None, **values):
        wizard = self.env["kbs.ticket.merge"].with_user(user or self.agent)
        return wizard.create(
            {"ticket_ids": tickets.ids, "target_id": target.id, **values}
        ).action_merge()

    def test_everything_that_was_written_goes_along_with_its_origin(self):
        first, second = self.two()
        file = self.env["ir.attachment"].create(
            {
                "name": "a.txt",
                "raw": b"1",
                "res_model": second._name,
                "res_id": second.id,
            }
        )
        said = self.write(second, self.person, "More", attachment_ids=file.ids)
        letter_id = said.message_id
        self.merge(first | second, first)
        self.assertEqual(said.res_id, first.id)
        self.assertEqual(said.message_id, letter_id)
        self.assertEqual(said.subject, f"{second.number}: Second")
        self.assertEqual(file.res_id, first.id)
        description = first.message_ids.filtered(lambda x: "Help!" in (x.body or ""))
        self.assertEqual(description.author_id, self.person)
        self.assertEqual(description.date, second.kbs_received_at)
        self.assertEqual(second.duplicate_id, first)
        self.assertTrue(second.closed)
        self.assertEqual(second._kbs_get_live_ticket(), first)
        self.assertEqual(first._kbs_get_live_ticket(), first)

    def test_a_letter_that_is_the_description_comes_once(self):
        first, second = self.two()
        self.write(second, self.person, "Help!")
        self.merge(first | second, first)
        helps = first.message_ids.filtered(lambda x: "Help!" in (x.body or ""))
        self.assertEqual(len(helps), 1)

    def test_clocks_of_the_first_stay_and_those_of_the_other_end(self):
        first, second = self.two()
        deadline = self.clock(first).deadline
        self.merge(first | second, first)
        self.assertEqual(self.clock(first).deadline, deadline)
        self.assertEqual(set(second.kbs_sla_target_ids.mapped("state")), {"cancelled"})
        self.assertIn(first.number, self.clock(second).cancel_reason)

    def test_who_waits_in_the_merged_ticket_waits_in_the_other(self):
        first, second = self.two()
        with freeze_time(kyiv("2026-05-13 11:00")):
            self.write(first, self.agent.partner_id, "Restart it")
        self.merge(first | second, first)
        clock = self.clock(first, "next_response")
        self.assertEqual(clock.date_start, second.kbs_received_at)
        self.assertEqual(clock.state, "running")

    def test_a_later_clock_of_the_next_answer_is_not_the_promise(self):
        first, second = self.two()
        with freeze_time(kyiv("2026-05-13 11:00")):
            self.write(first, self.agent.partner_id, "Restart it")
        with freeze_time(kyiv("2026-05-14 11:00")):
            self.write(first, self.person, "Still fails")
        self.merge(first | second, first)
        clock = self.clock(first, "next_response")
        self.assertEqual(clock.date_start, second.kbs_received_at)

    def test_only_into_the_one_that_was_taken_in_first(self):
        first, second = self.two()
        wizard = self.env["kbs.ticket.merge"].create(
            {"ticket_ids": (first | second).ids}
        )
        self.assertEqual(wizard.target_id, first)
        with self.assertRaisesRegex(UserError, f"Merge into {first.number}"):
            self.merge(first, second)

    def test_higher_priority_stays(self):
        first, second = self.two(priority="3")
        self.merge(first | second, first)
        self.assertEqual(first.priority, "3")

    def test_clients_are_never_mixed(self):
        first, __ = self.two()
        strange = self.ticket("optima", partner_id=self.clients["optima"].id)
        unknown = self.ticket(partner_id=False, partner_email=False)
        for other in (strange, unknown):
            with self.assertRaisesRegex(UserError, "one client"):
                self.merge(other, first)
        self.assertFalse(strange.duplicate_id)

    def test_no_circles_no_chains(self):
        first, second = self.two()
        third = self.ticket(name="Third")
        self.merge(third, first)
        with self.assertRaisesRegex(UserError, "already merged"):
            self.merge(third, first)
        with self.assertRaisesRegex(UserError, "already merged"):
            self.merge(second, third)
        with self.assertRaises(ValidationError):
            first.duplicate_id = second
        with self.assertRaises(UserError):
            self.merge(first, first)

    def test_duplicates_of_a_merged_ticket_point_to_the_last(self):
        first, second = self.two()
        third = self.ticket(name="Third")
        self.merge(third, second)
        self.merge(second, first)
        self.assertEqual(third.duplicate_id, first)
        self.assertEqual(third._kbs_get_live_ticket(), first)

    def test_client_is_told_once_with_the_number_that_stays(self):
        first, second = self.two()
        colleague = self._create_contact(self.clients["prof"], "other@example.com")
        third = self.ticket(name="Third", partner_id=colleague.id)
        self.finish()
        self.merge(first | second | third, first)
        self.finish()
        told = self.letters(first)
        self.assertEqual(len(told), 1)
        self.assertEqual(told.notified_partner_ids, self.person | colleague)
        for number in (first.number, second.number, third.number):
            self.assertIn(number, told.body)
        self.assertFalse(self.letters(second | third))
        self.assertTrue(self.clock(first).state == "running", "no answer by a person")

    def test_strangers_among_followers_stay_outside(self):
        first, second = self.two()
        stranger = self.env["res.partner"].create(
            {"name": "Stranger", "email": "stranger@example.com"}
        )
        colleague = self._create_contact(self.clients["prof"], "other@example.com")
        people = stranger | colleague | self.lead.partner_id
        second.with_user(self.agent).message_subscribe(people.ids)
        self.assertIn(stranger, second.message_partner_ids, "one of us added him")
        self.merge(first | second, first)
        self.assertIn(colleague, first.message_partner_ids)
        self.assertIn(self.lead.partner_id, first.message_partner_ids)
        self.assertNotIn(stranger, first.message_partner_ids)

    def test_linking_leaves_the_messages(self):
        first, second = self.two()
        said = self.write(second, self.person, "More")
        self.merge(second, first, is_moving=False)
        self.assertEqual(said.res_id, second.id)
        self.assertEqual(second.duplicate_id, first)
        action = first.action_open_duplicate_wizard()
        self.assertEqual(action["res_model"], "kbs.ticket.merge")

    def test_calls_go_along(self):
        first, second = self.two()
        call = self.env["kbs.call"].create(
            {"ticket_id": second.id, "result": "no_answer"}
        )
        self.merge(second, first)
        self.assertEqual(call.ticket_id, first)

    def test_only_who_answers_tickets_merges(self):
        first, second = self.two()
        for user in (self.salesman, self.reader, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.merge(second, first, user=user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                second.with_user(user)._kbs_merge_into(first.with_user(user))

    def test_cost_of_many(self):
        def cost(count):
            with freeze_time(kyiv("2026-05-13 10:00")):
                target = self.ticket()
            tickets = self.env["helpdesk.ticket"]
            for __ in range(count):
                tickets |= self.ticket()
            self.finish()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            tickets._kbs_merge_into(target)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cost(1)
        one, eleven = cost(1), cost(11)
        self.assertLess((eleven - one) / 10, 20)


@tagged("post_install", "-at_install")
class TestSplit(ToolsCase):
    """Two questions in one ticket become two tickets."""

    def setUp(self):
        super().setUp()
        with freeze_time(kyiv("2026-05-13 10:00")):
            self.whole = self.ticket()
        with freeze_time(kyiv("2026-05-14 09:30")):
            file = self.env["ir.attachment"].create({"name": "b.txt", "raw": b"2"})
            self.other = self.write(
                self.whole, self.person, "And the tax?", attachment_ids=file.ids
            )

    def split(self, messages, user=None, name="Tax"):
        ticket = self.whole.with_user(user or self.agent)
        return ticket._kbs_split(messages, name)

    def test_new_ticket_of_the_same_client_with_copies(self):
        new = self.split(self.other)
        self.assertEqual(new.partner_id, self.person)
        self.assertEqual(new.team_id, self.whole.team_id)
        self.assertIn("And the tax?", new.description)
        copied = new.message_ids.filtered(lambda x: x.author_id == self.person)
        self.assertEqual(copied.body, self.other.body)
        self.assertEqual(copied.date, self.other.date)
        self.assertEqual(copied.attachment_ids.res_id, new.id)
        self.assertNotEqual(copied.attachment_ids, self.other.attachment_ids)
        self.assertEqual(self.other.res_id, self.whole.id)
        self.assertEqual(new.kbs_split_from_id, self.whole)
        self.assertIn(new.number, self.whole.message_ids[0].body)
        self.assertTrue(
            any(self.whole.number in (x.body or "") for x in new.message_ids)
        )

    def test_promise_counts_from_the_words_of_the_client(self):
        new = self.split(self.other)
        self.assertEqual(new.kbs_received_at, kyiv("2026-05-14 09:30"))
        ours = self.write(self.whole, self.agent.partner_id, "We look")
        self.assertEqual(self.split(ours).kbs_received_at, kyiv("2026-05-14 12:00"))

    def test_messages_of_another_ticket_are_refused(self):
        strange = self.write(self.ticket(), self.person, "Secret")
        for messages in (strange, self.other | strange, strange.browse()):
            with self.assertRaises(UserError):
                self.split(messages)

    def test_wizard_offers_what_people_wrote(self):
        form = Form(
            self.env["kbs.ticket.split"]
            .with_user(self.agent)
            .with_context(default_ticket_id=self.whole.id)
        )
        form.name = "Tax"
        with form.line_ids.edit(0) as line:
            line.is_chosen = True
        self.assertEqual(len(form.line_ids), 1)
        action = form.save().action_split()
        new = self.env["helpdesk.ticket"].browse(action["res_id"])
        self.assertEqual(new.name, "Tax")

    def test_only_who_answers_tickets_splits(self):
        for user in (self.salesman, self.reader, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.split(self.other, user=user)


@tagged("post_install", "-at_install")
class TestCannedAnswer(ToolsCase):
    """Ready answers are filled in for their ticket, and only leads keep them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.answer = cls.env.ref("kbs_support.mail_template_kbs_canned_update")

    def test_answer_is_filled_in_and_can_be_changed(self):
        ticket = self.ticket()
        wizard = (
            self.env["kbs.canned.answer"]
            .with_user(self.agent)
            .create({"ticket_id": ticket.id, "template_id": self.answer.id})
        )
        self.agent.name = "Andriy"
        action = wizard.action_open()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.agent)
            .with_context(**action["context"])
            .create({})
        )
        plan = self.supports["prof"].plan_id.name
        for text in (wizard.preview, composer.body):
            for fact in (self.person.name, plan, "12/31/2029", "Andriy"):
                self.assertIn(fact, text)
        self.assertIn(ticket.number, composer.subject)
        self.assertEqual(composer.partner_ids, self.person)
        composer.body += "<p>More</p>"
        composer.action_send_mail()
        self.assertEqual(self.clock(ticket).state, "met", "a person wrote it")
        self.assertIn("More", ticket.message_ids[0].body)

    def test_every_answer_is_in_the_language_of_the_client(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        answers = self.env["mail.template"].search([("kbs_is_canned", "=", True)])
        self.assertGreaterEqual(len(answers), 6)
        ticket = self.ticket()
        for answer in answers:
            body = answer._render_field("body_html", ticket.ids, compute_lang=True)
            with self.subTest(answer=answer.name):
                self.assertIn(self.person.name, body[ticket.id])

    def test_leads_keep_them_and_no_code_comes_in(self):
        lead = self.answer.with_user(self.lead)
        self.assertFalse(self.lead.has_group("mail.group_mail_template_editor"))
        lead.body_html = '<p>Hello <t t-out="object.number">HT</t></p>'
        with self.assertRaises(AccessError):
            lead.body_html = "<p><t t-out=\"object.env['res.users'].search([])\"/></p>"
            self.env.flush_all()

    def test_lead_makes_one_in_the_menu(self):
        action = self.env.ref("kbs_support.mail_template_action_kbs_canned")
        context = literal_eval(action.context)
        form = Form(
            self.env["mail.template"].with_user(self.lead).with_context(**context),
            view="kbs_support.mail_template_view_form_kbs_canned",
        )
        form.name = form.subject = "Reports"
        template = form.save()
        self.assertTrue(template.kbs_is_canned)
        self.assertEqual(template.model, "helpdesk.ticket")

    def test_agents_use_and_do_not_keep(self):
        with self.assertRaises(AccessError):
            self.answer.with_user(self.agent).name = "Mine"
        own = self.env["mail.template"].with_user(self.agent)
        values = {
            "name": "Mine",
            "model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
        }
        with self.assertRaises(AccessError):
            own.create({**values, "kbs_is_canned": True})
        template = own.create(values)
        with self.assertRaises(AccessError):
            template.kbs_is_canned = True


@tagged("post_install", "-at_install")
class TestClose(ToolsCase):
    """Closing with a reason; the client hears it first, and it is an answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.solved = cls.env.ref("kbs_support.kbs_ticket_close_reason_solved")
        cls.spam = cls.env.ref("kbs_support.kbs_ticket_close_reason_spam")
        cls.withdrawn = cls.env.ref("kbs_support.kbs_ticket_close_reason_withdrawn")

    def close(self, tickets, reason, user=None, **values):
        wizard = self.env["kbs.ticket.close"].with_user(user or self.agent)
        wizard = wizard.create(
            {"ticket_ids": tickets.ids, "reason_id": reason.id, **values}
        )
        wizard.action_close()
        self.finish()

    def test_text_goes_first_and_counts_as_an_answer(self):
        tickets = self.ticket() | self.ticket()
        self.finish()
        self.close(tickets, self.solved)
        for ticket in tickets:
            told = self.letters(ticket)
            self.assertEqual(len(told), 1, "the text, and no second letter")
            self.assertEqual(told.author_id, self.agent.partner_id)
            self.assertIn("settled", told.body)
            self.assertEqual(self.clock(ticket).state, "met")
            self.assertTrue(ticket.closed)
            self.assertEqual(ticket.kbs_close_reason_id, self.solved)

    def test_no_letter_and_no_result_for_spam(self):
        ticket = self.ticket()
        self.finish()
        self.close(ticket, self.spam, text="<p>Buy yourself</p>")
        self.assertFalse(self.letters(ticket))
        self.assertEqual(self.clock(ticket).state, "cancelled")
        self.assertEqual(
            ticket.stage_id,
            self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_cancelled"),
        )

    def test_letter_of_the_stage_comes_where_nothing_was_told(self):
        ticket = self.ticket()
        self.finish()
        self.close(ticket, self.withdrawn)
        self.assertEqual(len(self.letters(ticket)), 1)

    def test_text_is_required_where_the_reason_says_so(self):
        ticket = self.ticket()
        with self.assertRaisesRegex(UserError, "needs a text"):
            self.close(ticket, self.solved, text="<p><br></p>")
        self.assertFalse(ticket.closed)

    def test_client_without_address_is_not_told_by_magic(self):
        self.person.email = False
        ticket = self.ticket(partner_email=False)
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            self.close(ticket, self.solved)
        self.assertFalse(ticket.closed)

    def test_reopening_starts_a_new_cycle_and_forgets_the_reason(self):
        ticket = self.ticket()
        self.close(ticket, self.solved)
        with self.assertRaisesRegex(UserError, "closed already"):
            self.close(ticket, self.solved)
        ticket.with_user(self.agent).action_kbs_reopen()
        self.assertFalse(ticket.closed)
        self.assertFalse(ticket.kbs_close_reason_id)
        self.write(ticket, self.person, "Again")
        self.assertEqual(self.clock(ticket, "next_response").state, "running")

    def test_merged_ticket_is_not_reopened(self):
        ticket = self.ticket()
        other = self.ticket()
        other._kbs_merge_into(ticket)
        with self.assertRaisesRegex(UserError, ticket.number):
            other.action_kbs_reopen()

    def test_only_who_answers_tickets_closes(self):
        ticket = self.ticket()
        for user in (self.salesman, self.reader, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.close(ticket, self.withdrawn, user=user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                ticket.with_user(user)._kbs_close(self.withdrawn)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                ticket.with_user(user).action_kbs_reopen()

    def test_managers_keep_the_reasons(self):
        self.solved.with_user(self.manager).name = "Done"
        for user in (self.agent, self.lead):
            with self.assertRaises(AccessError):
                self.solved.with_user(user).name = "Mine"
