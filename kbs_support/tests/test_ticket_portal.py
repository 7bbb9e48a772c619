from lxml import html

from odoo import Command, http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import KbsCase


class TicketPortalCase(KbsCase, HttpCase):
    """A ticket, its client, a colleague of his, and a stranger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_client("School No. 2")
        cls.owner = cls.create_portal_user("kbs_owner", cls.client)
        cls.colleague = cls.create_portal_user("kbs_colleague", cls.client)
        cls.stranger = cls.create_portal_user("kbs_stranger", cls.other)
        cls.team = cls.env.ref("kbs_support.helpdesk_ticket_team_kbs_line")
        cls.ticket = cls.create_ticket("Report is empty", cls.owner.partner_id)
        cls.token = cls.ticket._portal_ensure_token()
        cls.stage = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")

    @classmethod
    def create_portal_user(cls, login, company):
        user = new_test_user(
            cls.env,
            login,
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )
        user.partner_id.parent_id = company
        return user

    @classmethod
    def create_ticket(cls, name, partner, **values):
        return cls.env["helpdesk.ticket"].create(
            {
                "name": name,
                "description": "<p>What happened</p>",
                "partner_id": partner.id,
                "team_id": cls.team.id,
                "company_id": cls.company.id,
                **values,
            }
        )

    def login(self, user):
        self.authenticate(user and user.login, user and user.login)

    def page(self, ticket=None, token=None):
        address = f"/my/ticket/{(ticket or self.ticket).id}"
        return self.url_open(address + (f"/{token}" if token else ""))


@tagged("post_install", "-at_install")
class TestTicketClosing(TicketPortalCase):
    """Closing a ticket from the portal."""

    def close(self, user, method="POST", csrf=True, **values):
        self.login(user)
        data = {"ticket_id": self.ticket.id, "stage_id": self.stage.id, **values}
        if csrf:
            data["csrf_token"] = http.Request.csrf_token(self)
        if method == "GET":
            query = "&".join(f"{x}={y}" for x, y in data.items())
            answer = self.url_open(f"/ticket/close?{query}", allow_redirects=False)
        else:
            answer = self.url_open("/ticket/close", data=data, allow_redirects=False)
        self.ticket.invalidate_recordset()
        return answer

    def test_own_client_and_his_colleague_close(self):
        for user in (self.owner, self.colleague):
            with self.subTest(user=user.login):
                self.ticket.stage_id = self.team._get_applicable_stages()[:1]
                answer = self.close(user)
                self.assertEqual(answer.status_code, 303)
                self.assertTrue(
                    answer.headers["Location"].endswith(str(self.ticket.id))
                )
                self.assertEqual(self.ticket.stage_id, self.stage)
                self.assertTrue(self.ticket.closed_date)

    def test_the_page_is_named_after_the_ticket(self):
        self.login(self.owner)
        page = html.fromstring(self.url_open(f"/my/ticket/{self.ticket.id}").text)
        self.assertIn(self.ticket.number, page.findtext(".//title"))

    def test_get_changes_nothing(self):
        answer = self.close(self.owner, method="GET")
        self.assertEqual(answer.status_code, 405)
        self.assertFalse(self.ticket.closed)

    def test_another_site_cannot_close(self):
        with self.assertLogs("odoo.http", "WARNING"):
            answer = self.close(self.owner, csrf=False)
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.ticket.closed)

    def test_stranger_and_anonymous_close_nothing(self):
        for user in (self.stranger, None):
            for token in (None, "wrong"):
                with self.subTest(user=user and user.login, token=token):
                    values = {"access_token": token} if token else {}
                    answer = self.close(user, **values)
                    self.assertTrue(answer.headers["Location"].endswith("/my"))
                    self.assertFalse(self.ticket.closed)

    def test_link_of_the_letter_closes(self):
        answer = self.close(None, access_token=self.token)
        self.assertIn(self.token, answer.headers["Location"])
        self.assertEqual(self.ticket.stage_id, self.stage)

    def test_specialist_who_only_reads_does_not_close(self):
        self.ticket.message_subscribe(self.reader.partner_id.ids)
        self.close(self.reader)
        self.assertFalse(self.ticket.closed)

    def test_only_stages_that_are_offered(self):
        before = self.ticket.stage_id
        other_team = self.env["helpdesk.ticket.team"].create({"name": "Other"})
        foreign = self.stage.copy({"team_ids": [Command.set(other_team.ids)]})
        closing = self.stage.copy({"closed": False, "close_from_portal": True})
        rejected = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_rejected")
        for stage_id in (foreign.id, closing.id, rejected.id, 0, "x", "1e9", ""):
            with self.subTest(stage=stage_id):
                self.close(self.owner, stage_id=stage_id)
                self.assertEqual(self.ticket.stage_id, before)

    def test_what_is_no_ticket(self):
        for ticket_id in ("x", "", "-1", "²", 999999999):
            with self.subTest(ticket=ticket_id):
                self.assertEqual(
                    self.close(self.owner, ticket_id=ticket_id).status_code, 303
                )

    def test_ticket_that_is_put_away_is_not_closed(self):
        self.ticket.active = False
        for user, values in ((self.owner, {}), (None, {"access_token": self.token})):
            self.close(user, **values)
            self.assertFalse(self.ticket.closed)

    def test_closed_ticket_keeps_its_stage(self):
        cancelled = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_cancelled")
        self.ticket.stage_id = cancelled
        self.close(self.owner)
        self.assertEqual(self.ticket.stage_id, cancelled)

    def test_button_of_the_page_closes(self):
        self.login(self.owner)
        page = self.page().text
        self.assertIn('action="/ticket/close"', page)
        form = page[page.index('action="/ticket/close"') - 200 :]
        self.assertIn('method="POST"', form)
        self.assertIn("csrf_token", form)
        token_page = self.page(token=self.token).text
        self.assertIn(f'value="{self.token}"', token_page)

    def test_reopened_ticket_was_never_closed(self):
        self.ticket.stage_id = self.stage
        self.assertTrue(self.ticket.closed_date)
        self.ticket.stage_id = self.env.ref(
            "helpdesk_mgmt.helpdesk_ticket_stage_in_progress"
        )
        self.assertFalse(self.ticket.closed_date)


@tagged("post_install", "-at_install")
class TestTicketPage(TicketPortalCase):
    """Who sees which ticket, and what of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ticket = cls.ticket
        cls.closed = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        cls.said = cls.post(ticket, "Public answer", "public.txt", "mail.mt_comment")
        cls.note = cls.post(ticket, "Between us", "secret.txt", "mail.mt_note")
        attachments = cls.env["ir.attachment"]
        values = {"res_model": ticket._name, "res_id": ticket.id, "raw": b"x"}
        cls.ours = attachments.create({"name": "draft.txt", **values})
        cls.brought = attachments.with_user(cls.owner).sudo()
        cls.brought = cls.brought.create({"name": "brought.txt", **values})

    @classmethod
    def post(cls, ticket, body, name, subtype):
        return ticket.with_user(cls.agent).message_post(
            body=body,
            message_type="comment",
            subtype_xmlid=subtype,
            attachments=[(name, b"content")],
        )

    def test_own_client_and_his_colleague_see_it(self):
        for user in (self.owner, self.colleague):
            with self.subTest(user=user.login):
                self.login(user)
                self.assertIn("Report is empty", self.page().text)
                self.assertIn("Report is empty", self.url_open("/my/tickets").text)

    def test_stranger_anonymous_and_wrong_token_see_nothing(self):
        for user in (self.stranger, None):
            for token in (None, "wrong"):
                with self.subTest(user=user and user.login, token=token):
                    self.login(user)
                    answer = self.page(token=token)
                    self.assertNotIn("Report is empty", answer.text)
                    self.assertNotIn("/my/ticket/", answer.url)
        self.login(self.stranger)
        self.assertNotIn("Report is empty", self.url_open("/my/tickets").text)

    def test_ticket_that_is_put_away(self):
        self.ticket.active = False
        for user, token in ((self.owner, None), (None, self.token)):
            self.login(user)
            self.assertNotIn("Report is empty", self.page(token=token).text)

    def test_files_of_internal_notes_stay_inside(self):
        for user, token in ((self.owner, None), (None, self.token)):
            with self.subTest(user=user and user.login):
                self.login(user)
                page = self.page(token=token).text
                self.assertIn("public.txt", page)
                self.assertIn("brought.txt", page)
                self.assertNotIn("secret.txt", page)
                self.assertNotIn("draft.txt", page)
        files = self.ticket.attachment_ids
        self.assertEqual(len(files), 4)
        self.assertFalse(any(files.mapped("access_token")))

    def test_files_open_for_whom_they_are_shown(self):
        def status(attachment, query=""):
            return self.url_open(f"/web/content/{attachment.id}{query}").status_code

        public, secret = self.said.attachment_ids, self.note.attachment_ids
        for user in (self.owner, self.colleague, self.stranger, None):
            with self.subTest(user=user and user.login):
                self.login(user)
                self.assertEqual(status(secret), 404)
                self.assertEqual(status(self.ours), 404)
        self.login(self.agent)
        self.assertEqual(status(secret), 200)
        for user, token in ((self.owner, None), (None, self.token)):
            self.login(user)
            page = self.page(token=token).text
            address = page[page.index(f"/web/content/{public.id}?") :].split('"')[0]
            query = address.replace("&amp;", "&").removeprefix(
                f"/web/content/{public.id}"
            )
            self.assertEqual(status(public, query), 200)
            self.assertEqual(status(secret, query), 404)

    def test_files_by_their_ids_for_a_client(self):
        attachments = self.env["ir.attachment"].with_user(self.owner)
        with self.assertRaises(AccessError):
            attachments.browse(self.note.attachment_ids.ids).mapped("name")

    def test_notes_are_not_in_the_conversation(self):
        token = {"token": self.token}
        for user, keys in ((self.owner, {}), (self.owner, token), (None, token)):
            with self.subTest(user=user and user.login):
                self.login(user)
                messages = self.make_jsonrpc_request(
                    "/mail/chatter_fetch",
                    {
                        "thread_model": "helpdesk.ticket",
                        "thread_id": self.ticket.id,
                        **keys,
                    },
                )
                self.assertIn("Public answer", str(messages))
                self.assertNotIn("Between us", str(messages))

    def test_client_writes_on_the_page(self):
        """A waiting ticket goes on, a closed one is reopened; strangers fail."""
        waiting = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_awaiting")
        self.ticket.user_id = self.agent
        for user, token, stage, is_heard in (
            (self.owner, None, waiting, True),
            (self.colleague, self.token, self.closed, True),
            (None, self.token, waiting, True),
            (self.stranger, None, waiting, False),
            (None, "wrong", waiting, False),
        ):
            with self.subTest(user=user and user.login, token=token):
                self.ticket.stage_id = stage
                before = self.ticket.message_ids
                self.login(user)
                self.write_message(token, is_heard)
                said = self.ticket.message_ids - before
                self.assertEqual("Well?" in str(said.mapped("body")), is_heard)
                self.assertEqual(self.ticket.stage_id == stage, not is_heard)

    def test_message_of_a_client_brings_no_file_of_others(self):
        secret = self.note.attachment_ids
        self.login(self.owner)
        for tokens in (None, ["x"], [secret._get_raw_access_token()[:-1]]):
            params = {
                "thread_model": "helpdesk.ticket",
                "thread_id": self.ticket.id,
                "post_data": {
                    "body": "Mine",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                    "attachment_ids": secret.ids,
                    "attachment_tokens": tokens,
                },
            }
            with self.subTest(tokens=tokens), mute_logger("odoo.http"):
                with self.assertRaises(JsonRpcException):
                    self.make_jsonrpc_request("/mail/message/post", params)
                self.assertEqual(
                    secret, self.note.attachment_ids & self.ticket.attachment_ids
                )
                self.assertNotIn("secret.txt", self.page().text)

    def test_very_long_message_of_a_client(self):
        self.login(self.owner)
        text = "слово " * 20_000
        params = {
            "thread_model": "helpdesk.ticket",
            "thread_id": self.ticket.id,
            "post_data": {
                "body": text,
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
            },
        }
        self.make_jsonrpc_request("/mail/message/post", params)
        self.env.invalidate_all()
        self.assertEqual(self.ticket.message_ids[0].body.count("слово"), 20_000)

    def write_message(self, token, is_heard):
        params = {
            "thread_model": "helpdesk.ticket",
            "thread_id": self.ticket.id,
            "post_data": {
                "body": "Well?",
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
            },
            **({"token": token} if token else {}),
        }
        if is_heard:
            self.make_jsonrpc_request("/mail/message/post", params)
        else:
            with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
                self.make_jsonrpc_request("/mail/message/post", params)
        self.env.invalidate_all()

    def test_client_reads_only_what_is_his(self):
        ticket = self.ticket.with_user(self.owner)
        self.assertEqual(ticket.name, "Report is empty")
        for name in (
            "kbs_coverage_reason",
            "kbs_deadline",
            "kbs_subscription_id",
            "email_cc",
            "tag_ids",
            "user_id",
            "properties",
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                ticket.read([name])
        with self.assertRaises(AccessError):
            ticket.write({"name": "Changed"})
        with self.assertRaises(AccessError):
            self.env["helpdesk.ticket"].with_user(self.owner).search(
                [("kbs_coverage", "=", "covered")]
            )

    def test_follower_of_another_company_sees_nothing(self):
        self.ticket._message_subscribe(self.stranger.partner_id.ids)
        tickets = self.env["helpdesk.ticket"].with_user(self.stranger)
        self.assertFalse(tickets.search([("id", "=", self.ticket.id)]))
        with self.assertRaises(AccessError):
            tickets.browse(self.ticket.id).read(["name"])

    def test_who_changes_the_company_leaves_its_tickets(self):
        ticket = self.ticket.with_user(self.colleague)
        self.assertEqual(ticket.name, "Report is empty")
        self.colleague.partner_id.parent_id = self.other
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            ticket.read(["name"])

    def test_new_member_of_a_team_sees_its_tickets_at_once(self):
        helper = new_test_user(
            self.env,
            "kbs_helper",
            groups="helpdesk_mgmt.group_helpdesk_user_team",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        tickets = self.env["helpdesk.ticket"].with_user(helper)
        self.assertFalse(tickets.search([("id", "=", self.ticket.id)]))
        self.team.user_ids += helper
        self.assertTrue(tickets.search([("id", "=", self.ticket.id)]))
        self.team.user_ids -= helper
        self.assertFalse(tickets.search([("id", "=", self.ticket.id)]))

    def test_visitors_do_not_write_stages(self):
        public = self.env.ref("base.public_user")
        stages = self.env["helpdesk.ticket.stage"].with_user(public)
        for right in ("write", "create", "unlink"):
            self.assertFalse(stages.has_access(right), right)

    def test_address_that_makes_no_sense(self):
        self.login(self.owner)
        for query in (
            "sortby=nonsense",
            "date_begin=x&date_end=y",
            "groupby=nonsense",
            "filterby=nonsense",
            "search_in=nonsense&search=report",
        ):
            with self.subTest(query=query):
                answer = self.url_open(f"/my/tickets?{query}")
                self.assertEqual(answer.status_code, 200)


@tagged("post_install", "-at_install")
class TestTicketNew(TicketPortalCase):
    """A new ticket from the portal."""

    def submit(self, user=None, files=None, **values):
        """Send the form; return the answer and the ticket that it made."""
        self.login(user or self.owner)
        last = self.env["helpdesk.ticket"].search([], order="id desc", limit=1)
        data = {
            "csrf_token": http.Request.csrf_token(self),
            "subject": "It does not start",
            "description": "Since <b>today</b>",
            **values,
        }
        answer = self.url_open("/submitted/ticket", data=data, files=files)
        return answer, self.env["helpdesk.ticket"].search([("id", ">", last.id)])

    def test_client_opens_a_ticket(self):
        answer, ticket = self.submit(
            files=[("attachment", (f"{x}.txt", b"content")) for x in "ab"]
        )
        self.assertTrue(answer.url.endswith(f"/my/ticket/{ticket.id}"))
        self.assertEqual(ticket.partner_id, self.owner.partner_id)
        self.assertEqual(ticket.team_id, self.team)
        self.assertIn("&lt;b&gt;today", ticket.description)
        for text in ("It does not start", "a.txt", "b.txt"):
            self.assertIn(text, answer.text)

    def test_bad_input_loses_nothing(self):
        self.company.helpdesk_mgmt_portal_select_category = True
        hidden = self.env["helpdesk.ticket.category"].create(
            {"name": "Hidden", "show_in_portal": False}
        )
        for values in (
            {"category": "x"},
            {"category": "99999999"},
            {"category": str(hidden.id)},
            {"team": "1e3"},
            {"subject": "x" * 251},
            {"subject": "   "},
            {"description": "x" * 100_001},
        ):
            with self.subTest(values=str(values)[:40]):
                answer, ticket = self.submit(**values)
                self.assertEqual(answer.status_code, 200)
                self.assertFalse(ticket)
                self.assertIn('name="kbs_fault"', answer.text)
                if "description" not in values:
                    self.assertIn("Since &lt;b&gt;today", answer.text)

    def test_too_many_and_too_large_files(self):
        files = [("attachment", (f"{x}.txt", b"x")) for x in range(11)]
        answer, ticket = self.submit(files=files)
        self.assertFalse(ticket)
        self.assertIn("No more than 10 files", answer.text)
        large = [("attachment", ("large.bin", b"x" * (25 * 2**20 + 1)))]
        answer, ticket = self.submit(files=large)
        self.assertFalse(ticket)
        self.assertIn("large.bin", answer.text)
        self.assertIn("Since &lt;b&gt;today", answer.text)

    def test_only_clients_use_the_form(self):
        self.login(self.agent)
        for address in ("/new/ticket", "/submitted/ticket"):
            answer = self.url_open(
                address,
                data={"csrf_token": http.Request.csrf_token(self)},
                allow_redirects=False,
            )
            self.assertTrue(answer.headers["Location"].endswith("/support-tickets"))
        self.login(None)
        answer = self.url_open("/new/ticket")
        self.assertIn("/web/login", answer.url)
        answer, ticket = self.submit(user=self.stranger)
        self.assertEqual(ticket.commercial_partner_id, self.other)
