import json

from odoo import Command, http
from odoo.tests import HttpCase, tagged

from .events_common import PRICE, EventsCase
from .scale_common import ScaleMixin


class EventsHttpCase(EventsCase):
    """Accounts of a client, a colleague and a stranger. With ``HttpCase``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_person("ev_owner", cls.hospital)
        cls.colleague = cls._create_person("ev_colleague", cls.hospital)
        cls.stranger = cls._create_person("ev_stranger", cls.client)
        # The public user sells for the company of the website.
        website = cls.env["website"].get_current_website()
        website.company_id = cls.company
        website.user_id.write(
            {
                "company_ids": [Command.link(cls.company.id)],
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def _create_person(cls, login, company, **values):
        person = cls.env["res.partner"].create(
            {
                "name": login,
                "email": f"{login}@test.example",
                "parent_id": company.id,
                **values,
            }
        )
        return cls._create_portal_user(login, person)

    def become(self, user):
        self.authenticate(user and user.login, user and user.login)

    def get(self, path, user=None):
        self.become(user)
        return self.url_open(path)

    def send(self, path, data=None, user=None, csrf=True, **kwargs):
        self.become(user)
        token = {"csrf_token": http.Request.csrf_token(self)} if csrf else {}
        return self.url_open(path, data={**(data or {}), **token}, **kwargs)

    @property
    def path(self):
        return f"/event/{self.event.id}"

    def ask(self, name):
        questions = self.event.question_ids
        return questions.filtered(lambda x: x.question_type == name)[:1].id

    def form(self, *people, amount="0.00", ticket=None):
        """What the dialogue sends for people of ``(name, email)``."""
        data = {"kbs_amount": amount}
        for number, (name, email) in enumerate(people, 1):
            data |= {
                f"{number}-event_ticket_id": (ticket or self.ticket).id,
                f"{number}-name-{self.ask('name')}": name,
                f"{number}-email-{self.ask('email')}": email,
            }
        return data

    def register(self, *people, user=None, csrf=True, **kwargs):
        people = people or [("Olena", "olena@hospital.test")]
        data = self.form(*people, **kwargs)
        return self.send(f"{self.path}/registration/confirm", data, user, csrf)

    @property
    def seats(self):
        self.env.invalidate_all()
        return self.event.registration_ids.sorted("id")


@tagged("post_install", "-at_install")
class TestEventWebsite(EventsHttpCase, ScaleMixin, HttpCase):
    """Registering on the website at the price of the plan (E9)."""

    # === WHAT IS SHOWN === #

    def test_the_whole_name_of_a_person_is_asked_for(self):
        asked = self.event.question_ids.filtered(lambda x: x.question_type == "name")
        ours = self.env.ref("kbs_support.event_question_kbs_name")
        self.assertEqual(asked, ours, "Odoo's has the Ukrainian word for things")
        self.assertEqual(asked.title, "Last and first name")

    def test_a_client_sees_his_own_price(self):
        text = self.get(f"{self.path}/register", self.owner).text
        self.assertIn("Free of charge by the plan OPTIMA, paid until 08/13/2026.", text)
        self.assertNotIn('name="kbs_hint"', text)

    def test_others_see_the_price_and_a_hint(self):
        text = self.get(f"{self.path}/register").text
        self.assertIn('name="kbs_hint"', text)
        self.assertIn("/web/login?redirect=/event/", text)
        self.assertIn("800.00", text)
        self.assertNotIn("Free of charge</span>", text)

    def test_a_client_without_support_sees_why_he_pays(self):
        text = self.get(f"{self.path}/register", self.stranger).text
        self.assertIn("Support is not paid for 05/24/2026", text)
        self.assertNotIn("OPTIMA", text)

    def test_the_dialogue_says_the_sum_before_names_are_typed(self):
        self.give("optima", kind="free", seats=1)
        answer = self.dialogue(2, self.owner)
        self.assertIn('name="kbs_amount" value="800.00"', answer)
        self.assertIn("All seats of the plan OPTIMA are taken", answer)

    def dialogue(self, count, user=None):
        self.become(user)
        answer = self.url_open(
            f"{self.path}/registration/new",
            data=json.dumps({"params": {f"nb_register-{self.ticket.id}": count}}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()["result"]

    def test_the_organiser_stands_in_the_list(self):
        partner = self.env["res.partner"].create(
            {"name": "Centre <Oblik>", "kbs_is_organiser": True}
        )
        self.event.organizer_id = partner
        text = self.get("/event").text
        self.assertIn("Centre &lt;Oblik&gt;", text)

    def test_only_what_was_joined_is_marked(self):
        self.join("Somebody", client=self.client)
        self.assertNotIn("fa-check", self.get("/event", self.owner).text)
        self.register(("ev_owner", "ev_owner@test.example"), user=self.owner)
        self.assertIn("fa-check", self.get("/event", self.owner).text)

    def test_prices_cost_the_same_for_many_tickets(self):
        def pages(tickets):
            event = tickets.event_id.with_user(self.owner)
            event._kbs_prepare_public_sudo(self.owner)

        many = self.announce()
        self.ticket.copy({"event_id": many.id})
        many.event_ticket_ids |= self.env["event.event.ticket"].create(
            [
                {
                    "name": f"Seat {n}",
                    "event_id": many.id,
                    "price": 100,
                    "product_id": self.ticket.product_id.id,
                }
                for n in range(48)
            ]
        )
        self.assertEqual(len(many.event_ticket_ids), 50)
        self.compare("own prices", (self.ticket, many.event_ticket_ids), pages, 0.1)

    # === BOOKING === #

    def test_a_client_registers_free_of_charge(self):
        answer = self.register(user=self.owner)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Registration confirmed", answer.text)
        self.assertIn("Free of charge by the plan OPTIMA", answer.text)
        self.assertEqual(self.seats.kbs_benefit, "free")
        self.assertEqual(self.seats.state, "open")
        self.assertEqual(self.seats.kbs_client_id, self.hospital)
        self.assertEqual(self.seats.partner_id, self.owner.partner_id)
        self.assertFalse(self.seats.sale_order_id)

    def test_a_client_pays_what_the_ticket_says(self):
        self.give("optima", discount=25)
        answer = self.register(user=self.owner, amount="600.00")
        order = self.seats.sale_order_id
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.partner_id, self.hospital)
        self.assertEqual(order.amount_total, 600)
        invoice = order.invoice_ids
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 600))
        self.assertIn(f"/my/support/pay/{invoice.id}", answer.text)
        self.assertEqual(len(self.seats), 1)
        self.assertEqual((self.seats.state, self.seats.sale_status), ("open", "sold"))
        self.assertEqual(self.seats.name, "Olena")
        page = self.get(f"/my/support/pay/{invoice.id}", self.owner)
        self.assertEqual(page.status_code, 200)

    def test_free_and_paid_seats_in_one_form(self):
        self.give("optima", kind="free", seats=1)
        people = [("A", "a@hospital.test"), ("B", "b@hospital.test")]
        answer = self.register(*people, user=self.owner, amount="800.00")
        self.assertNotIn("kbs_fault", answer.text)
        self.assertEqual(self.seats.mapped("kbs_benefit"), ["free", "none"])
        self.assertEqual(self.seats.sale_order_id.amount_total, PRICE)
        self.assertFalse(self.seats[0].sale_order_id)

    def test_orders_wait_for_a_person_where_clients_may_not_order(self):
        self.company.kbs_portal_orders = False
        answer = self.register(user=self.stranger, amount="800.00")
        self.assertEqual(self.seats.sale_order_id.state, "sent")
        self.assertEqual(self.seats.state, "draft")
        self.assertIn("Your request is received", answer.text)

    def test_who_is_not_logged_in_has_no_benefit(self):
        answer = self.register(("Olena", "ev_owner@test.example"), amount="800.00")
        self.assertIn("Your request is received", answer.text)
        self.assertEqual(self.seats.kbs_benefit, "none")
        self.assertEqual(self.seats.kbs_price, PRICE)
        self.assertEqual(
            (self.seats.state, self.seats.sale_status), ("draft", "to_pay")
        )
        self.assertFalse(self.seats.partner_id)
        self.assertFalse(self.seats.sale_order_id)

    # === NOBODY PAYS MORE THAN HE HAS READ === #

    def assert_refused(self, answer, words):
        self.assertEqual(answer.status_code, 200)
        self.assertIn('name="kbs_fault"', answer.text)
        self.assertIn(words, answer.text)

    def test_a_person_is_registered_once(self):
        self.register(user=self.owner)
        self.assert_refused(
            self.register(user=self.colleague), "Olena is registered already."
        )
        self.assert_refused(
            self.register(("Olena K.", "olena@hospital.test"), user=self.colleague),
            "Olena K.: This person has the benefit for this event already.",
        )
        self.assertEqual(len(self.seats), 1)
        # It was said once.
        self.assertNotIn("kbs_fault", self.get(f"{self.path}/register").text)

    def test_a_form_sent_twice_is_billed_once(self):
        """Without a benefit nothing else tells that it is the same seat."""
        people = [("Olena", "school@test.example"), ("Petro", "school@test.example")]
        for _click in range(2):
            answer = self.register(*people, user=self.stranger, amount="1600.00")
        self.assert_refused(answer, "Olena is registered already.")
        self.assertEqual(self.seats.mapped("name"), ["Olena", "Petro"])
        self.assertEqual(len(self.seats.sale_order_id), 1)
        # A colleague at the same address, and who has given the seat back.
        self.register(("Ivan", "school@test.example"), user=self.stranger,
                      amount="800.00")  # fmt: skip
        self.assertEqual(len(self.seats), 3)
        self.seats[0].action_cancel()
        self.register(people[0], user=self.stranger, amount="800.00")
        self.assertEqual(len(self.seats), 4)

    def test_one_form_registers_a_person_once(self):
        people = [("Olena", "olena@hospital.test")] * 2
        self.assert_refused(self.register(*people, user=self.owner), "already")
        self.assertFalse(self.seats)

    def test_a_seat_that_was_taken_meanwhile_is_not_billed(self):
        self.give("optima", kind="free", seats=1)
        self.join("Somebody else")
        self.assert_refused(self.register(user=self.owner), "the price is")
        self.assertEqual(self.seats.mapped("name"), ["Somebody else"])
        self.assertFalse(self.seats.sale_order_id)

    # === TAMPERING === #

    def test_the_sum_of_the_form_is_no_price(self):
        for amount in ("0.00", "1", "799.99", "-800", "1e9", "nan", "", "x"):
            with self.subTest(amount=amount):
                answer = self.register(user=self.stranger, amount=amount)
                self.assert_refused(answer, "the price is")
        self.register(user=self.stranger, amount="99999.00")
        self.assertEqual(self.seats.sale_order_id.amount_total, PRICE)

    def test_fields_of_the_benefit_cannot_be_sent(self):
        data = self.form(("Olena", "olena@x.test"), amount="800.00") | {
            "1-kbs_benefit": "1",
            "1-kbs_price": "0",
            "1-kbs_benefit-1": "free",
            "1-partner_id": str(self.hospital.id),
            "1-state": "1",
        }
        self.send(f"{self.path}/registration/confirm", data, self.stranger)
        self.assertEqual(self.seats.kbs_benefit, "none")
        self.assertEqual(self.seats.kbs_price, PRICE)
        self.assertEqual(self.seats.kbs_client_id, self.client)

    def test_tickets_of_others_are_refused(self):
        other = self.announce(price=0).event_ticket_ids
        hidden = self.ticket.copy(
            {"price": 0, "end_sale_datetime": "2026-05-01 00:00:00"}
        )
        for ticket in (other.id, hidden.id, 0, -1, "x", "", 10**12, "१"):
            data = self.form(("A", "a@x.test"))
            data["1-event_ticket_id"] = ticket
            with self.subTest(ticket=ticket):
                answer = self.send(
                    f"{self.path}/registration/confirm", data, self.owner
                )
                self.assert_refused(answer, "")
        self.assertFalse(self.seats)
        self.assertFalse(other.event_id.registration_ids)

    def test_a_form_without_a_ticket_registers_nobody(self):
        data = {f"1-name-{self.ask('name')}": "A", "kbs_amount": "0.00"}
        answer = self.send(f"{self.path}/registration/confirm", data, self.owner)
        self.assert_refused(answer, "choose a ticket")
        self.assertFalse(self.seats)

    def test_registering_needs_a_form_of_ours(self):
        self.assertEqual(self.register(user=self.owner, csrf=False).status_code, 400)
        self.become(self.owner)
        answer = self.url_open(f"{self.path}/registration/confirm")
        self.assertIn(answer.status_code, (404, 405))
        self.assertFalse(self.seats)

    def test_an_unpublished_event_is_none(self):
        self.event.website_published = False
        self.register(user=self.owner)
        self.assertFalse(self.seats)

    def test_a_closed_event_takes_nobody(self):
        self.event.write(
            {"date_begin": "2026-05-10 07:00:00", "date_end": "2026-05-10 11:00:00"}
        )
        self.assert_refused(self.register(user=self.owner), "not available")
        self.assertFalse(self.seats)

    def test_names_are_words_and_nothing_else(self):
        for number, (name, kept) in enumerate(
            (
                ("Олена 😀", "Олена 😀"),
                ("<script>alert(1)</script>", "<script>alert(1)</script>"),
                ("A\x00B\r\n C", "AB C"),
                ("Ж" * 5000, "Ж" * 250),
            )
        ):
            with self.subTest(name=name[:20]):
                answer = self.register((name, f"{number}@x.test"), user=self.owner)
                self.assertEqual(answer.status_code, 200)
                self.assertNotIn("<script>alert(1)", answer.text)
                self.assertEqual(self.seats[-1].name, kept)
