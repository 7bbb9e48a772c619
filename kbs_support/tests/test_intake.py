from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user

from .intake_common import IntakeCase


class TestClientFound(IntakeCase):
    """Whose ticket it is: by contact, by e-mail, by the domain of the company."""

    def test_contact_is_covered_by_his_company(self):
        ticket = self.ticket(self.accountant)
        self.assertEqual(ticket.kbs_subscription_id, self.support)
        self.assertEqual(ticket.kbs_coverage, "covered")
        self.assertEqual(ticket.kbs_found_by, "contact")
        for fact in (self.support.name, self.support.plan_id.name, "05/13/2027"):
            self.assertIn(fact, ticket.kbs_coverage_reason)

    def test_address_is_found_however_it_is_written(self):
        ticket = self.ticket_from('"The Accountant" <ACCOUNTANT@Hospital.example.com>')
        self.assertEqual(ticket.partner_id, self.accountant)
        self.assertEqual(ticket.kbs_found_by, "email")
        self.assertEqual(ticket.kbs_coverage, "covered")

    def test_of_two_contacts_the_client_is_meant(self):
        self.env["res.partner"].create(
            {"name": "Same", "email": "both@elsewhere.example.com"}
        )
        client = self.accountant.copy({"email": "both@elsewhere.example.com"})
        ticket = self.ticket_from("both@elsewhere.example.com")
        self.assertEqual(ticket.partner_id, client)

    def test_domain_makes_a_contact_that_is_checked(self):
        tickets = self.env["helpdesk.ticket"].create(
            [
                self.prepare(partner_email="Nurse <nurse@hospital.example.com>"),
                self.prepare(partner_email="nurse@hospital.example.com"),
            ]
        )
        nurse = tickets.partner_id
        self.assertEqual(len(nurse), 1, "one sender is one contact")
        self.assertEqual(nurse.name, "Nurse")
        self.assertEqual(nurse.parent_id, self.hospital)
        self.assertFalse(nurse.user_ids, "no access to the portal")
        self.assertEqual(set(tickets.mapped("kbs_found_by")), {"domain"})
        self.assertEqual(set(tickets.mapped("kbs_coverage")), {"covered"})
        self.assertIn("check that he", tickets[0].kbs_card_html)
        tickets[0].with_user(self.agent).action_kbs_confirm_sender()
        self.assertEqual(tickets.mapped("kbs_found_by"), ["hand", "domain"])
        self.assertNotIn("check that he", tickets[0].kbs_card_html)

    def test_public_mail_service_is_nobodys_domain(self):
        self.hospital.email = "hospital@ukr.net"
        self.accountant.email = "accountant@mail.example.com"
        ticket = self.ticket_from("somebody@ukr.net")
        self.assertFalse(ticket.partner_id)
        self.company.kbs_public_mail_domains += ", Mail.Example.com"
        self.assertFalse(self.ticket_from("other@mail.example.com").partner_id)

    def test_domain_of_two_clients_is_nobodys(self):
        other = self._create_client("Clinic", email="office@hospital.example.com")
        self.sell("prof_3", client=other)
        ticket = self.ticket_from("nurse@hospital.example.com")
        self.assertFalse(ticket.partner_id)
        self.assertFalse(ticket.kbs_found_by)

    def test_domain_of_who_never_bought_is_nobodys(self):
        self._create_client("Supplier", email="office@supplier.example.com")
        self.assertFalse(self.ticket_from("clerk@supplier.example.com").partner_id)

    def test_support_of_another_company_of_ours(self):
        other = self._create_company("SOFTKOM second")
        self.env.user.company_ids |= other
        self.team.company_id = False
        both = self.team.with_context(
            allowed_company_ids=[other.id, self.company.id]
        ).env["helpdesk.ticket"]
        ticket = both.create(self.prepare(self.accountant))
        self.assertEqual(ticket.kbs_subscription_id, self.support)
        self.assertEqual(ticket.company_id, self.company)
        self.team.company_id = other
        ticket = both.create(self.prepare(self.accountant))
        self.assertEqual(ticket.kbs_coverage, "not_covered", "the team decides")


class TestCoverage(IntakeCase):
    """Covered by which plan until when, or why not (E6)."""

    def reason(self, client):
        ticket = self.ticket(client)
        self.assertEqual(ticket.kbs_coverage, "not_covered")
        self.assertFalse(ticket.kbs_subscription_id)
        return ticket.kbs_coverage_reason

    def test_why_not_covered(self):
        self.assertIn(
            "no support was ever sold to School No. 1", self.reason(self.client)
        )
        self.assertIn("nobody knows", self.reason(None))
        unpaid = self._create_client("Unpaid")
        self.sell("prof_3", client=unpaid)
        self.assertIn("ordered and not paid", self.reason(unpaid))
        later = self._create_client("Later")
        self.sell_paid("prof_3", client=later, line={"kbs_date_start": "2026-06-01"})
        self.assertIn("begins on 06/01/2026", self.reason(later))

    def test_why_not_covered_any_more(self):
        with freeze_time("2027-05-20 09:00:00"):
            self.assertIn("ended on 05/13/2027", self.reason(self.hospital))
        with freeze_time("2028-05-20 09:00:00"):
            self.assertIn("ended on 05/13/2027", self.reason(self.hospital))
        self.env["kbs.pause"].create(
            {
                "subscription_id": self.support.id,
                "reason_id": self.env.ref(
                    "kbs_support.kbs_pause_reason_mobilisation"
                ).id,
                "date_start": "2026-05-14",
            }
        )
        self.assertIn("paused since 05/14/2026", self.reason(self.accountant))

    def test_why_not_covered_when_cancelled(self):
        with freeze_time("2027-06-10 09:00:00"):
            self.run_daily_job()
            self.support.with_user(self.lead)._close(
                self.env.ref("kbs_support.kbs_close_reason_liquidated")
            )
            self.assertIn("cancelled on 06/10/2027", self.reason(self.hospital))

    def test_guarantee_letter_counts_and_is_told(self):
        order = self.sell("prof_3", client=self.client)
        self.env["kbs.guarantee"].with_user(self.manager).create(
            {
                "period_id": self.period(order).id,
                "date_until": "2026-06-01",
                "reason": "Paid by the budget",
                "letter": b"bGV0dGVy",
                "letter_name": "letter.txt",
            }
        )
        ticket = self.ticket(self.client)
        self.assertEqual(ticket.kbs_coverage, "covered")
        self.assertIn("until 06/01/2026 by a guarantee", ticket.kbs_coverage_reason)

    def test_sentence_is_in_the_language_of_the_company(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.company.partner_id.lang = "uk_UA"
        ticket = self.ticket(self.hospital)
        self.assertIn("13.05.2027", ticket.kbs_coverage_reason)

    def test_what_is_typed_in_counts_for_nothing(self):
        ticket = self.ticket(
            self.client,
            user=self.agent,
            kbs_coverage="covered",
            kbs_subscription_id=self.support.id,
            kbs_exception_reason="I say so",
        )
        self.assertEqual(ticket.kbs_coverage, "not_covered")
        self.assertFalse(ticket.kbs_subscription_id)
        self.assertFalse(ticket.kbs_exception_reason)
        for values in (
            {"kbs_coverage": "covered"},
            {"kbs_subscription_id": self.support.id},
            {"kbs_exception_reason": "Because"},
        ):
            with self.assertRaises(AccessError):
                ticket.write(values)

    # === LATER === #

    def test_another_client_is_asked_for_anew(self):
        ticket = self.ticket(self.client)
        ticket.with_user(self.agent).partner_id = self.accountant
        self.assertEqual(ticket.kbs_subscription_id, self.support)
        self.assertEqual(ticket.kbs_found_by, "hand")
        self.assertTrue(ticket.kbs_deadline, "its clocks run")
        ticket.with_user(self.agent).partner_id = self.client
        self.assertEqual(ticket.kbs_coverage, "not_covered")
        self.assertFalse(ticket.kbs_deadline)

    def test_closed_ticket_stays_as_it_was_taken_in(self):
        ticket = self.ticket(self.client)
        ticket.stage_id = self.stage_done
        ticket.partner_id = self.accountant
        self.assertEqual(ticket.kbs_coverage, "not_covered")

    def test_payment_covers_open_tickets_by_itself(self):
        order = self.sell("optima_3", client=self.client)
        contact = self.env["res.partner"].create(
            {"name": "Head", "parent_id": self.client.id}
        )
        waiting = self.ticket(self.client) | self.ticket(contact)
        closed = self.ticket(self.client)
        closed.stage_id = self.stage_done
        stranger = self.ticket(self._create_client("Stranger"))
        self.pay(order)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(set(waiting.mapped("kbs_coverage")), {"covered"})
        self.assertEqual(waiting.kbs_subscription_id, self.subscription(order))
        self.assertTrue(all(waiting.mapped("kbs_deadline")))
        self.assertEqual(closed.kbs_coverage, "not_covered")
        self.assertEqual(stranger.kbs_coverage, "not_covered")

    def test_end_of_coverage_takes_nothing_from_open_tickets(self):
        ticket = self.ticket(self.hospital)
        with freeze_time("2027-06-01 09:00:00"):
            self.run_daily_job()
        self.assertEqual(self.support.state, "ended")
        self.assertEqual(ticket.kbs_coverage, "covered")

    def test_first_day_covers_open_tickets(self):
        self.sell_paid(
            "prof_3", client=self.client, line={"kbs_date_start": "2026-05-20"}
        )
        ticket = self.ticket(self.client)
        with freeze_time("2026-05-19 22:10:00"):
            self.run_daily_job()
            self.assertEqual(ticket.kbs_coverage, "covered")


class TestException(IntakeCase):
    """Service without coverage is a lead's decision, with a reason."""

    def test_lead_serves_without_coverage(self):
        ticket = self.ticket(self.client)
        self.policy_of_all()
        wizard = self.env["kbs.ticket.exception"].with_user(self.lead)
        wizard.create({"ticket_id": ticket.id, "reason": "Paid today"}).action_grant()
        self.assertEqual(ticket.kbs_exception_reason, "Paid today")
        self.assertEqual(ticket.kbs_exception_user_id, self.lead)
        self.assertEqual(ticket.kbs_coverage, "not_covered", "it stays the truth")
        self.assertTrue(ticket.kbs_sla_target_ids, "he is served, so a clock runs")
        self.assertIn("Paid today", ticket.kbs_card_html)

    def policy_of_all(self):
        self.env["kbs.sla.policy"].create(
            {"metric": "first_response", "amount": 1, "unit": "day"}
        )

    def test_agent_may_not(self):
        ticket = self.ticket(self.client, user=self.agent)
        with self.assertRaises(AccessError):
            ticket._kbs_grant_exception("Please")
        with self.assertRaises(AccessError):
            self.env["kbs.ticket.exception"].with_user(self.agent).create(
                {"ticket_id": ticket.id, "reason": "Please"}
            )

    def test_covered_ticket_needs_none(self):
        ticket = self.ticket(self.hospital, user=self.lead)
        with self.assertRaises(UserError):
            ticket._kbs_grant_exception("Why not")


class TestOffer(IntakeCase):
    """Who is not covered is offered support; who may not sell hands him over."""

    def test_agent_leaves_one_opportunity_to_sales(self):
        ticket = self.ticket(self.client, user=self.agent)
        for _number in range(2):
            action = ticket.action_kbs_offer()
            self.assertEqual(action["tag"], "display_notification")
        lead = ticket.sudo().kbs_lead_id
        self.assertEqual(lead.partner_id, self.client)
        self.assertEqual(lead.type, "opportunity")
        found = self.env["crm.lead"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(found, lead, "asking twice makes one")

    def test_running_renewal_is_the_opportunity(self):
        with freeze_time("2027-05-20 09:00:00"):
            self.env["kbs.renewal"]._open(self.support)
            ticket = self.ticket(self.hospital, user=self.agent)
            ticket.action_kbs_offer()
            renewal = self.support.renewal_id
            self.assertEqual(ticket.sudo().kbs_lead_id, renewal.lead_id)

    def test_seller_renews_or_quotes(self):
        seller = new_test_user(
            self.env,
            "kbs_seller_agent",
            groups="kbs_support.group_kbs_agent,sales_team.group_sale_salesman",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with freeze_time("2027-05-20 09:00:00"):
            action = self.ticket(self.hospital, user=seller).action_kbs_offer()
            self.assertEqual(action["tag"], "kbs_offers")
        action = self.ticket(self.client, user=seller).action_kbs_offer()
        self.assertEqual(action["res_model"], "sale.order")
        self.assertEqual(action["context"]["default_partner_id"], self.client.id)
        self.sell("prof_3", client=self.client)
        action = self.ticket(self.client, user=seller).action_kbs_offer()
        self.assertEqual(action["res_model"], "kbs.subscription")

    def test_call_of_an_unknown_becomes_a_lead(self):
        ticket = self.ticket(user=self.agent, partner_name="Olha, school in Ozerne")
        ticket.action_kbs_make_lead()
        lead = ticket.sudo().kbs_lead_id
        self.assertEqual(lead.contact_name, "Olha, school in Ozerne")
        self.assertIn("error 17", lead.description)
        self.assertTrue(lead.source_id)


class TestCard(IntakeCase):
    """The card says what is in the tariff, before the ticket is saved too."""

    def rows(self, ticket):
        values = ticket._kbs_prepare_card()
        return {row["label"]: row["value"] for row in values["rows"]}

    def test_card_of_a_covered_client(self):
        self.support.write(
            {"specialist_id": self.agent.id, "manager_id": self.manager.id}
        )
        rows = self.rows(self.ticket(self.accountant).with_user(self.agent))
        self.assertEqual(rows["Plan"], self.support.plan_id.name)
        self.assertEqual(rows["Reaction"], "1 day of working time")
        self.assertEqual(rows["Manager"], self.manager.name)
        self.assertEqual(rows["Own specialist"], self.agent.name)
        self.assertIn("05/13/2027", rows["Valid until"])
        self.assertNotIn("Overdue debt", rows)

    def test_card_tells_the_debt(self):
        order = self.sell("prof_3", client=self.client)
        order.invoice_ids.invoice_date_due = date(2026, 5, 1)
        rows = self.rows(self.ticket(self.client).with_user(self.agent))
        self.assertIn("Overdue debt", rows)
        self.assertNotIn("Reaction", rows, "nothing is promised to who does not pay")

    def test_card_of_a_new_ticket_follows_the_contact(self):
        form = Form(self.env["helpdesk.ticket"].with_user(self.agent))
        self.assertIn("Choose the contact", form.kbs_card_html)
        form.partner_id = self.accountant
        self.assertIn(self.support.name, form.kbs_card_html)
        form.partner_id = self.client
        self.assertIn("no support was ever sold", form.kbs_card_html)

    def test_card_is_for_agents_only(self):
        ticket = self.ticket(self.accountant)
        portal = new_test_user(
            self.env,
            "kbs_portal",
            groups="base.group_portal",
            partner_id=self.accountant.id,
        )
        for user in (portal, self.salesman, self.reader):
            for name in ("kbs_card_html", "kbs_client_ticket_count"):
                with self.subTest(user=user.login, field=name):
                    self.assertNotIn(
                        name, self.env["helpdesk.ticket"].with_user(user).fields_get()
                    )
        with self.assertRaises(AccessError):
            ticket.with_user(portal).read(["kbs_card_html"])
        with self.assertRaises(AccessError):
            ticket.with_user(portal).read(["kbs_exception_reason"])
        for button in ("offer", "make_lead", "confirm_sender"):
            with self.subTest(button), self.assertRaises(AccessError):
                getattr(ticket.with_user(portal), f"action_kbs_{button}")()

    def test_open_tickets_of_the_client(self):
        first = self.ticket(self.accountant)
        self.ticket(self.hospital).stage_id = self.stage_done
        self.ticket(self.hospital)
        self.assertEqual(first.kbs_client_ticket_count, 2)
        found = self.env["helpdesk.ticket"].search(
            first.action_kbs_client_tickets()["domain"]
        )
        self.assertEqual(len(found), 2)
        seen = self.support.with_user(self.salesman)
        self.assertEqual(seen.ticket_open_count, 2)
