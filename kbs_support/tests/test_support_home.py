from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from .scale_common import ScaleMixin
from .support_portal_common import PHONE, SupportPortalCase


@tagged("post_install", "-at_install")
class TestSupportHome(SupportPortalCase, HttpCase):
    """The home of a client's support, and the page of one subscription."""

    # === HOME === #

    def test_first_on_the_first_page(self):
        self.become(self.owner)
        text = self.url_open("/my/home").text
        self.assertLess(text.index('href="/my/support"'), text.index("/my/releases"))
        self.assertLess(text.index('href="/my/support"'), text.index("/my/orders"))

    def test_paid_until_when(self):
        page = self.page()
        self.assertIn(f"{self.support.plan_id.name} {self.support.name}", page)
        self.assertIn("Paid until 08/13/2026: 92 days left.", page)
        self.assertIn("0 of 92 days are over", page)
        self.assertIn("It can be renewed from 06/14/2026 on.", page)
        text = self.get().text
        self.assertIn('max="92"', text)
        self.assertIn('aria-label="0 of 92 days are over"', text)

    def test_each_state_in_words(self):
        for day, words in (
            ("2026-08-13", "Paid until today."),
            ("2026-08-14", "Whoever renews until 08/27/2026 goes on without a gap."),
            ("2026-08-28", "Ended on 08/13/2026."),
        ):
            with self.subTest(day=day), freeze_time(f"{day} 09:00:00"):
                self.run_daily_job()
                self.assertIn(words, self.page())

    def test_not_paid_yet(self):
        order = self.sell("prof_3", client=self.client)
        page = self.page(user=self.stranger)
        self.assertIn("Not paid yet. Support begins with the payment.", page)
        self.assertNotIn("has no support now", page)
        self.assertIn(f"To be paid {order.invoice_ids.name}", page)

    def test_paused(self):
        reason = self.env["kbs.pause.reason"].search([], limit=1)
        self.env["kbs.pause"].create(
            {
                "subscription_id": self.support.id,
                "reason_id": reason.id,
                "date_start": "2026-05-14",
                "note": "They quarrel with us",
            }
        )
        self.assertIn("Paused since 05/14/2026.", self.page())
        page = self.page(f"/{self.support.id}")
        self.assertIn(f"05/14/2026 – …: {reason.name}", page)
        self.assertNotIn("They quarrel", page)

    def test_people_can_be_called(self):
        text = self.get().text
        self.assertIn('href="tel:+380671112233"', text)
        self.assertIn(f"mailto:{self.manager.partner_id.email_normalized}", text)
        page = self.page()
        self.assertIn(f"Your specialist: {self.agent.name}", page)
        # Who has no phone of his own is reached by the company's.
        self.assertIn(PHONE, page)

    def test_one_person_stands_there_once(self):
        self.support.specialist_id = self.manager
        page = self.page()
        self.assertIn(f"Your specialist: {self.manager.name}", page)
        self.assertNotIn("Your manager", page)

    def test_who_has_left_us_is_not_named(self):
        self.support.manager_id = self.support.specialist_id = self.lead
        self.lead.active = False
        self.assertNotIn(self.lead.name, self.page())

    def test_what_is_left_of_the_month(self):
        self.assertIn("Specialist's hours: 3 h", self.page())

    def test_updates_that_wait(self):
        release = self.make("8.10.2")
        copy = self.env["kbs.installation"].create(
            {
                "software_id": self.program.id,
                "partner_id": self.hospital.id,
                "company_id": self.company.id,
                "number": "A-1",
                "version": "8.10.1",
            }
        )
        page = self.page()
        self.assertIn("KBS Accounting 8.10.2", page)
        self.assertIn(f'href="/my/releases/{release.id}"', self.get().text)
        self.assertNotIn("KBS Accounting", self.page(user=self.stranger))
        copy.version = "8.10.2"
        self.assertNotIn("Updates for you", self.page())

    def test_tickets_with_their_deadline(self):
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "Report does not open",
                "description": "<p>x</p>",
                "partner_id": self.owner.partner_id.id,
                "company_id": self.company.id,
            }
        )
        self.env.flush_all()
        self.assertTrue(ticket.kbs_deadline)
        page = self.page(user=self.colleague)
        self.assertIn(f"{ticket.number} Report does not open", page)
        self.assertIn("Answer by 5/15/26", page)
        self.assertNotIn("Report does not open", self.page(user=self.stranger))

    def test_without_support_it_says_what_to_do(self):
        page = self.page(user=self.stranger)
        self.assertIn("Your institution has no support now", page)
        self.assertIn(PHONE, page)
        self.assertNotIn(self.support.name, page)

    # === ONE SUBSCRIPTION === #

    def test_periods_and_documents(self):
        page = self.page(f"/{self.support.id}")
        period = self.support.period_ids
        self.assertIn(f"{period.plan_id.name}, 3 months", page)
        self.assertIn("05/14/2026–08/13/2026", page)
        self.assertIn(period.order_id.name, page)
        self.assertIn(period.order_id.invoice_ids.name, page)
        self.assertIn("Tenure:", page)

    def test_foreign_invoice_of_an_own_order_stays_hidden(self):
        """The order leads to it; Odoo's rules do not let the client read it."""
        other = self.env["res.partner"].create({"name": "Payer", "is_company": True})
        order = self.quote("optima_3", client=self.hospital)
        order.kbs_subscription_id = self.support
        order.partner_invoice_id = other
        order.action_confirm()
        invoice = order.invoice_ids
        self.assertEqual(invoice.partner_id, other)
        page = self.page(f"/{self.support.id}")
        self.assertIn(order.name, page)
        self.assertNotIn(invoice.name, page)
        self.assertNotIn(invoice.name, self.page())
        self.assertEqual(self.get(f"/pay/{invoice.id}").status_code, 404)

    def test_a_draft_quotation_is_not_shown(self):
        sold = self.support.period_ids.order_id
        order = self.renew(sold, "optima_6", client=self.hospital)
        self.assertNotIn(order.name, self.page(f"/{self.support.id}"))

    def test_headings_lead_a_reader_through(self):
        # Nothing to offer yet, then a dozen offers.
        self.assert_headings_in_order(self.get(f"/{self.support.id}/renew"))
        self.open_window()
        for path in ("", f"/{self.support.id}", f"/{self.support.id}/renew"):
            with self.subTest(path=path):
                self.assert_headings_in_order(self.get(path))

    # === WHO === #

    def test_who_sees_it(self):
        number, path = self.support.name, f"/{self.support.id}"
        for user in (self.owner, self.colleague):
            self.assertIn(number, self.page(user=user))
            self.assertIn(number, self.page(path, user))
        self.assertNotIn(number, self.page(user=self.stranger))
        for end in ("", "/renew"):
            with self.subTest(end=end):
                answer = self.get(path + end, self.stranger)
                self.assertEqual(answer.status_code, 404)
                self.assertNotIn(number, answer.text)
                self.become(None)
                answer = self.url_open(f"/my/support{path}{end}")
                self.assertIn("/web/login", answer.url)
                self.assertNotIn(number, answer.text)

    def test_who_has_moved_leaves_it_behind(self):
        self.colleague.partner_id.parent_id = self.client
        answer = self.get(f"/{self.support.id}", self.colleague)
        self.assertEqual(answer.status_code, 404)

    def test_of_another_company_of_ours_nothing_is_shown(self):
        company = self._create_company("Other company")
        self.owner.write(
            {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
        )
        self.assertNotIn(self.support.name, self.page())
        self.assertEqual(self.get(f"/{self.support.id}").status_code, 404)

    def test_what_does_not_exist(self):
        for path in (
            f"/{self.support.id + 1}",
            f"/{self.support.id - 1}",
            "/0",
            "/-1",
            "/99999999999999999999",
            "/x",
            "/pay/0",
            "/order/0",
            "/order/99999999999999999999",
            "/pay/99999999999999999999",
        ):
            with self.subTest(path=path):
                self.assertEqual(self.get(path).status_code, 404)


@tagged("post_install", "-at_install")
class TestSupportHomeScale(ScaleMixin, SupportPortalCase):
    """One ticket or fifty, one invoice or fifty: the same queries."""

    def test_home_and_page(self):
        def home(_records):
            subscriptions = self.env["kbs.subscription"].with_user(self.owner)
            subscriptions._prepare_portal_home_sudo(self.owner)

        def page(_records):
            support = self.env["kbs.subscription"].browse(self.support.id)
            support._prepare_portal_page_sudo(self.owner)

        self.make_tickets(1)
        self.make_bills(1)
        for do in (home, page):
            self.count_queries(self.support, do)  # what is cached for all is cached
        few = {do: self.count_queries(self.support, do) for do in (home, page)}
        self.make_tickets(49)
        order = self.support.period_ids.order_id
        for _number in range(9):
            order = self.renew(order, "optima_1", client=self.hospital)
            order.action_confirm()
            self.pay(order)
        self.make_bills(49)
        for do in (home, page):
            with self.subTest(do=do.__name__):
                many = self.count_queries(self.support, do)
                self.assertLessEqual(many - few[do], 3, (few[do], many))

    def make_tickets(self, count):
        self.env["helpdesk.ticket"].create(
            [
                {
                    "name": f"Ticket {number}",
                    "description": "<p>x</p>",
                    "partner_id": self.owner.partner_id.id,
                    "company_id": self.company.id,
                }
                for number in range(count)
            ]
        )

    def make_bills(self, count):
        invoice = self.support.period_ids[-1:].order_id.invoice_ids
        bills = invoice.browse()
        for _number in range(count):
            bills |= invoice.copy({"partner_id": self.hospital.id})
        bills.invoice_date = "2026-05-14"
        bills.action_post()
