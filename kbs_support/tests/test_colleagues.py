from freezegun import freeze_time
from lxml import etree

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools.safe_eval import safe_eval

from ..models.kbs_invitation import MAX_A_DAY
from .people_common import PeopleCase
from .scale_common import ScaleMixin


@tagged("post_install", "-at_install")
class TestColleagues(PeopleCase, HttpCase):
    """An administrator of a client looks after its people in the portal."""

    # === WHO SEES WHAT === #

    def test_colleagues_read_names_and_administrators_the_rest(self):
        page = self.look(self.colleague)
        self.assertIn("Olena Boss administrator", page)
        self.assertIn("Olena Owner", page)
        self.assertIn("ask your administrator: Olena Boss", page)
        for hidden in ("blind@h.example.com", "sees invoices", "Invite"):
            self.assertNotIn(hidden, page)
        page = self.look(self.boss)
        for shown in ("blind@h.example.com", "sees invoices", "Invite a colleague"):
            self.assertIn(shown, page)

    def test_the_values_of_a_colleague_hold_no_addresses(self):
        """What the template leaves out is not there in the first place."""
        page = self.env["res.partner"]._kbs_prepare_colleagues_sudo(self.colleague)
        for person in page["people"]:
            self.assertFalse({"email", "sees_invoices"} & person.keys())

    def test_a_stranger_sees_his_own_people_only(self):
        page = self.look(self.stranger)
        self.assertIn("Olena Stranger", page)
        self.assertNotIn("Olena Owner", page)
        self.assertIn("no administrator of the portal yet", page)
        self.become(None)
        self.assertIn("/web/login", self.url_open("/my/colleagues").url)

    def test_employees_have_their_own_screens(self):
        self.become(self.agent)
        self.assertNotIn("/my/colleagues", self.url_open("/my/colleagues").url)

    def test_state_of_each_account(self):
        contact = self.env["res.partner"].create(
            {"name": "Only a contact", "parent_id": self.hospital.id}
        )
        self.env["res.partner"].create(
            {"name": "An address", "parent_id": self.hospital.id, "type": "invoice"}
        )
        page = self.look(self.boss)
        self.assertIn("Only a contact no access", page)
        self.assertNotIn("An address", page)
        self.assertIn("Olena Boss (you) administrator has access", page)
        self.assertIn("Olena Blind invited, has not logged in yet", page)
        self.assertTrue(contact)
        self.become(self.blind)
        self.url_open("/my")
        self.assertIn("Olena Blind has access", self.look(self.boss))

    def test_links_lead_there(self):
        self.become(self.owner)
        self.assertIn('href="/my/colleagues"', self.url_open("/my/home").text)
        self.assertIn('href="/my/colleagues"', self.url_open("/my/support").text)

    # === INVITING === #

    def test_a_new_colleague_gets_a_contact_an_account_and_a_letter(self):
        answer = self.invite()
        self.assert_says("The invitation is on its way.", answer)
        person = self.person()
        self.assertEqual(person.name, "Nina New")
        self.assertEqual(person.parent_id, self.hospital)
        self.assertTrue(person.user_ids._is_portal())
        self.assertEqual(person.user_ids.login, "new@h.example.com")
        self.assertEqual(person.user_ids.company_ids, self.company)
        self.assertEqual(len(self.letters()), 1)
        self.assertFalse(person.kbs_is_administrator)
        self.assert_noted("Invited to the portal: Nina New", self.boss)
        self.assertIn("Nina New invited on 05/14/2026", self.look(self.boss))

    def test_a_contact_of_the_institution_is_taken(self):
        known = self.env["res.partner"].create(
            {
                "name": "Known",
                "parent_id": self.hospital.id,
                "email": "Known@h.example.com",
            }
        )
        self.invite("known@H.example.com", name="Another name")
        self.assertEqual(self.person("known@h.example.com"), known)
        self.assertEqual(known.name, "Known")
        self.assertTrue(known.user_ids._is_portal())

    def test_a_contact_of_another_institution_is_left_alone(self):
        foreign = self.env["res.partner"].create(
            {
                "name": "Foreign",
                "parent_id": self.client.id,
                "email": "new@h.example.com",
            }
        )
        self.invite()
        own = self.person() - foreign
        self.assertEqual(own.parent_id, self.hospital)
        self.assertFalse(foreign.user_ids)
        self.assertNotIn("Foreign", self.look(self.boss))

    def test_that_an_address_is_a_login_elsewhere_is_not_told(self):
        """The same words and the same list as for a new address; no letter."""
        new = self.words(self.invite("free@h.example.com", name="Somebody"))
        self.stranger.login = "taken@h.example.com"
        self.env.flush_all()
        taken = self.words(self.invite("taken@h.example.com", name="Somebody"))
        self.assertIn("The invitation is on its way.", taken)
        self.assertEqual(new.count("Somebody invited on"), 1)
        self.assertEqual(taken.count("Somebody invited on"), 2)
        self.assertIn("taken@h.example.com", taken)
        self.assertFalse(self.letters("taken@h.example.com"))
        self.assertEqual(self.stranger.partner_id.parent_id, self.client)
        # Who writes from that address stays whoever he was.
        self.assertFalse(self.person("taken@h.example.com"))
        activity = self.hospital.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("taken@h.example.com", activity.summary)

    def test_the_letter_goes_again_but_not_at_once(self):
        self.invite()
        answer = self.do(f"{self.person().id}/again")
        self.assert_says("Wait ten minutes", answer)
        self.assertEqual(len(self.letters()), 1)
        with freeze_time("2026-05-14 09:11:00"):
            answer = self.do(f"{self.person().id}/again")
        self.assert_says("The invitation is on its way.", answer)
        self.assertEqual(len(self.letters()), 2)

    def test_who_has_come_is_not_invited(self):
        self.become(self.blind)
        answer = self.do_to(self.blind, "again")
        self.assert_says("has access already", answer)
        self.assertFalse(self.letters("blind@h.example.com"))

    def test_so_many_a_day_and_no_more(self):
        self.env["kbs.invitation"].create(
            [
                {
                    "client_id": self.hospital.id,
                    "partner_id": self.owner.partner_id.id,
                    "email": f"{number}@h.example.com",
                    "user_id": self.boss.id,
                    "moment": "2026-05-14 08:00:00",
                }
                for number in range(MAX_A_DAY)
            ]
        )
        answer = self.invite()
        self.assert_says(f"{MAX_A_DAY} invitations within a day", answer)
        self.assertFalse(self.person())
        with freeze_time("2026-05-15 08:01:00"):
            self.invite()
        self.assertTrue(self.person())

    def test_what_was_typed_comes_back(self):
        for email, name, words in (
            ("no address", "Nina", "This is no e-mail address."),
            ("", "Nina", "This is no e-mail address."),
            ("x" * 250 + "@h.example.com", "N", "This is no e-mail address."),
            ("new@h.example.com", " ", "Write the name."),
        ):
            with self.subTest(email=email[:20], name=name):
                answer = self.invite(email, name=name)
                self.assert_says(words, answer)
                self.assertIn(f'value="{email}"', answer.text)
        self.assertFalse(self.person())

    # === REMOVING === #

    def test_who_is_removed_is_out_at_once(self):
        self.become(self.colleague)
        inside = self.opener
        self.assertEqual(self.url_open("/my/support").status_code, 200)
        session = self.session
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "His ticket",
                "description": "<p>x</p>",
                "partner_id": self.colleague.partner_id.id,
                "company_id": self.company.id,
            }
        )
        answer = self.do_to(self.colleague, "remove")
        self.assert_says("Access is taken away.", answer)
        self.assertFalse(self.colleague.active)
        self.assertTrue(self.colleague.partner_id.active)
        self.assertEqual(ticket.partner_id, self.colleague.partner_id)
        self.assert_noted("Access to the portal taken away: Olena Colleague", self.boss)
        self.session, self.opener = session, inside
        self.opener.cookies["session_id"] = session.sid
        for path in (
            "/my",
            "/my/support",
            "/my/colleagues",
            f"/my/invoices/{self.invoice.id}",
        ):
            answer = self.url_open(path)
            self.assertTrue(
                "/web/login" in answer.url or self.invoice.name not in answer.text, path
            )
            self.assertNotIn("Olena Owner", answer.text)
        self.assertIn("/web/login", self.url_open("/my/support").url)

    def test_who_comes_back_is_invited_again(self):
        self.colleague.partner_id.email = "back@h.example.com"
        self.do_to(self.colleague, "remove")
        self.assert_says("on its way", self.invite("back@h.example.com"))
        self.assertTrue(self.colleague.active)
        self.assertEqual(len(self.letters("back@h.example.com")), 1)

    def test_nobody_removes_himself(self):
        answer = self.do_to(self.boss, "remove")
        self.assert_says("Nobody removes himself.", answer)
        self.assertTrue(self.boss.active)

    # === ADMINISTRATORS === #

    def test_an_administrator_makes_another_and_takes_it_back(self):
        self.do_to(self.colleague, "administrator", on="1")
        self.assertTrue(self.colleague.partner_id.kbs_is_administrator)
        self.assert_noted("Olena Colleague is now an administrator", self.boss)
        self.do_to(self.boss, "administrator", user=self.colleague, on="0")
        self.assertFalse(self.boss.partner_id.kbs_is_administrator)
        self.assert_noted("Olena Boss is no administrator", self.colleague)

    def test_the_last_one_stays(self):
        # A name without an account looks after nobody.
        self.env["res.partner"].create(
            {
                "name": "Named",
                "parent_id": self.hospital.id,
                "kbs_is_administrator": True,
            }
        )
        answer = self.do_to(self.boss, "administrator", on="0")
        self.assert_says("You are the only administrator.", answer)
        self.assertTrue(self.boss.partner_id.kbs_is_administrator)

    def test_who_has_no_access_cannot_be_one(self):
        person = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.hospital.id}
        )
        answer = self.do(f"{person.id}/administrator", on="1")
        self.assert_says("Invite first", answer)
        self.assertFalse(person.kbs_is_administrator)

    def test_who_lost_the_role_in_another_tab_does_nothing(self):
        self.look(self.boss)
        self.boss.partner_id.kbs_is_administrator = False
        self.assert_refused(self.boss)

    def test_colleagues_press_no_buttons(self):
        self.assert_refused(self.colleague)

    def assert_refused(self, user):
        """Every button answers 403, with the page, and changes nothing."""
        for deed, data in (
            ("invite", {"name": "Nina", "email": "new@h.example.com"}),
            ("invoices", {"who": "named"}),
            (f"{self.blind.partner_id.id}/remove", {}),
            (f"{self.blind.partner_id.id}/again", {}),
            (f"{user.partner_id.id}/administrator", {"on": "1"}),
            (f"{user.partner_id.id}/invoices", {"on": "1"}),
        ):
            with self.subTest(deed=deed):
                answer = self.do(deed, user=user, **data)
                self.assertEqual(answer.status_code, 403)
                self.assertIn("Only an administrator", answer.text)
        self.assertFalse(self.person())
        self.assertTrue(self.blind.active)
        self.assertFalse(self.letters("blind@h.example.com"))
        self.assertFalse(self.hospital.kbs_are_invoices_limited)
        self.assertFalse(user.partner_id.kbs_is_administrator)
        self.assertFalse(user.partner_id.kbs_sees_invoices)

    def test_strangers_do_not_exist(self):
        """Whoever works elsewhere is not found, as an id that nobody has."""
        employee = self.agent.partner_id
        for person_id in (self.stranger.partner_id.id, employee.id, 0, 10**12):
            for deed in ("again", "remove", "administrator", "invoices"):
                with self.subTest(person=person_id, deed=deed):
                    answer = self.do(f"{person_id}/{deed}", on="1")
                    self.assertEqual(answer.status_code, 404)
        self.assertTrue(self.stranger.active)
        self.assertFalse(self.stranger.partner_id.kbs_is_administrator)

    def test_a_button_is_a_post_with_a_token(self):
        path = f"{self.colleague.partner_id.id}/remove"
        self.become(self.boss)
        answer = self.url_open(f"/my/colleagues/{path}")
        self.assertTrue(answer.url.endswith("/my/colleagues"))
        self.assertEqual(self.do(path, csrf=False).status_code, 400)
        self.assertTrue(self.colleague.active)

    def test_the_form_of_the_address_gives_no_rights(self):
        self.become(self.colleague)
        partner = self.colleague.partner_id
        address = {
            "name": "Another Name",
            "email": "colleague@h.example.com",
            "phone": "+380441234567",
            "street": "Long Street 1",
            "city": "Kyiv",
            "zip": "01001",
            "country_id": self.env.ref("base.ua").id,
            "state_id": self.env["res.country.state"]
            .search([("country_id.code", "=", "UA")], limit=1)
            .id,
        }
        rights = {"kbs_is_administrator": "1", "kbs_sees_invoices": "1"}
        answer = self.do_post(
            "/my/address/submit", partner_id=partner.id, **address, **rights
        )
        self.assertEqual(partner.city, "Kyiv", answer.text[:300])
        self.assertFalse(partner.kbs_is_administrator)
        self.assertFalse(partner.kbs_sees_invoices)
        with self.assertRaises(AccessError):
            partner.with_user(self.colleague).read(["kbs_is_administrator"])

    def do_post(self, path, **data):
        token = {"csrf_token": http.Request.csrf_token(self)}
        answer = self.url_open(path, data={**data, **token})
        self.env.invalidate_all()
        return answer

    # === MOVING === #

    def test_who_changes_his_employer_leaves_his_rights(self):
        self.colleague.partner_id.kbs_sees_invoices = True
        self.boss.partner_id.parent_id = self.client
        self.colleague.partner_id.parent_id = self.client
        self.assertFalse(self.boss.partner_id.kbs_is_administrator)
        self.assertFalse(self.colleague.partner_id.kbs_sees_invoices)
        self.assertIn("Olena Boss is no administrator", self.notes()[1][1])
        page = self.look(self.boss)
        self.assertIn("Olena Stranger", page)
        self.assertNotIn("Olena Owner", page)
        self.assertEqual(
            self.do_to(self.owner, "remove", user=self.boss).status_code, 404
        )

    def test_a_department_that_moves_takes_its_people_without_rights(self):
        department = self.env["res.partner"].create(
            {"name": "Ward", "parent_id": self.hospital.id}
        )
        self.boss.partner_id.parent_id = department
        self.assertTrue(self.boss.partner_id.kbs_is_administrator)
        department.parent_id = self.client
        self.assertEqual(self.boss.partner_id.commercial_partner_id, self.client)
        self.assertFalse(self.boss.partner_id.kbs_is_administrator)


@tagged("post_install", "-at_install")
class TestPeopleInTheOffice(PeopleCase):
    """What the back office does: names the first administrator, and is reminded."""

    def test_the_office_names_administrators_on_the_client(self):
        hospital = self.hospital.with_user(self.manager)
        people = self.owner.partner_id | self.colleague.partner_id
        hospital.kbs_administrator_ids = people
        self.assertTrue(all(people.mapped("kbs_is_administrator")))
        self.assertFalse(self.boss.partner_id.kbs_is_administrator)
        self.env.invalidate_all()
        self.assertEqual(hospital.kbs_administrator_ids, people)
        self.assert_noted("Olena Owner is now an administrator", self.manager)
        # A stranger cannot be named.
        hospital.kbs_administrator_ids |= self.stranger.partner_id
        self.assertFalse(self.stranger.partner_id.kbs_is_administrator)

    def test_a_client_with_support_and_nobody_is_shown(self):
        partners = self.env["res.partner"].with_user(self.manager)
        domain = [*partners._get_kbs_lacking_domain()]
        self.assertFalse(self.hospital.kbs_lacks_administrator)
        self.assertNotIn(self.hospital, partners.search(domain))
        self.boss.active = False
        self.env.invalidate_all()
        self.assertTrue(self.hospital.kbs_lacks_administrator)
        self.assertIn(self.hospital, partners.search(domain))
        self.assertFalse(self.client.kbs_lacks_administrator)

    def test_the_filters_of_the_list_say_the_same(self):
        view = self.env.ref("kbs_support.res_partner_view_search_people")
        arch = etree.fromstring(view.arch)
        domain = arch.xpath("//filter[@name='kbs_lacking_administrator']/@domain")[0]
        partners = self.env["res.partner"]
        self.boss.active = False
        found = partners.search(safe_eval(domain))
        self.assertIn(self.hospital, found)
        self.assertEqual(found, partners.search(partners._get_kbs_lacking_domain()))

    def test_an_employee_is_no_administrator_of_a_client(self):
        self.agent.partner_id.write(
            {"parent_id": self.hospital.id, "kbs_is_administrator": True}
        )
        with self.assertRaises(UserError):
            self.hospital._kbs_limit_invoices_sudo(self.agent, True)


@tagged("post_install", "-at_install")
class TestColleaguesScale(ScaleMixin, PeopleCase):
    """One colleague or fifty: the same queries."""

    def test_page_rights_and_moves(self):
        def page(_records):
            partners = self.env["res.partner"]
            partners._kbs_prepare_colleagues_sudo(self.boss)

        def name(people):
            people.kbs_sees_invoices = True

        few = self.make(1)
        page(few)  # what is cached for all is cached
        one = self.count_queries(few, page)
        one_named = self.count_queries(few, name)
        many = self.make(50)
        page(many)
        fifty = self.count_queries(many, page)
        fifty_named = self.count_queries(many, name)
        self.assertLessEqual(fifty - one, 2, (one, fifty))
        self.assertLessEqual(fifty_named - one_named, 3, (one_named, fifty_named))

    def make(self, count):
        people = self.env["res.partner"].create(
            [
                {
                    "name": f"Person {x}",
                    "parent_id": self.hospital.id,
                    "email": f"p{x}@x.example.com",
                }
                for x in range(count)
            ]
        )
        for person in people:
            self._create_portal_user(f"scale_{count}_{person.id}", person)
        return people
