from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .intake_common import IntakeCase


@tagged("post_install", "-at_install")
class TestWithdrawnException(IntakeCase):
    """A lead who served without coverage can take it back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        cls.env["kbs.sla.policy"].create(
            {"metric": "first_response", "amount": 1, "unit": "day"}
        )
        cls.excused = cls.ticket(cls.client).with_env(cls.env)
        cls.excused.with_user(cls.lead)._kbs_grant_exception("Paid today")
        cls.env.cr.precommit.run()

    def test_card_and_clocks_say_the_truth_again(self):
        self.excused.with_user(self.lead).action_kbs_withdraw_exception()
        self.assertFalse(self.excused.kbs_exception_reason)
        self.assertFalse(self.excused.kbs_exception_user_id)
        self.assertFalse(self.excused._kbs_is_served())
        self.assertEqual(self.excused.kbs_sla_target_ids.mapped("state"), ["cancelled"])
        card = self.excused.with_user(self.agent).kbs_card_html
        self.assertNotIn("Paid today", card)
        self.assertNotIn("exception", card)

    def test_chatter_says_who_gave_it_and_who_took_it_back(self):
        self.excused.with_user(self.lead).action_kbs_withdraw_exception()
        self.env.flush_all()
        self.env.cr.precommit.run()
        note = self.excused.message_ids.sorted("id")[-1]
        self.assertEqual(note.author_id, self.lead.partner_id)
        values = note.sudo().tracking_value_ids
        self.assertIn("Paid today", values.mapped("old_value_char"))

    def test_given_again_the_clock_starts_anew(self):
        ticket = self.excused.with_user(self.lead)
        ticket.action_kbs_withdraw_exception()
        ticket._kbs_grant_exception("He has paid")
        states = self.excused.kbs_sla_target_ids.sorted("cycle").mapped("state")
        self.assertEqual(states, ["cancelled", "running"])

    def test_only_leads(self):
        for user in (self.agent, self.reader, self.salesman):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.excused.with_user(user).action_kbs_withdraw_exception()
        self.assertTrue(self.excused.kbs_exception_reason)

    def test_nothing_to_take_back(self):
        with self.assertRaises(UserError):
            self.ticket(self.client, user=self.lead).action_kbs_withdraw_exception()

    def test_another_client_is_another_decision(self):
        self.excused.with_user(self.agent).partner_id = self._create_client("Shop")
        self.assertFalse(self.excused.kbs_exception_reason)
        self.assertFalse(self.excused._kbs_is_served())

    def test_reason_of_another_company_stays_there(self):
        other = self._create_company("SOFTKOM other")
        strange = self.env["helpdesk.ticket"].create(
            {
                "name": "Strange",
                "description": "Text",
                "company_id": other.id,
                "team_id": False,
            }
        )
        with self.assertRaises(AccessError):
            wizard = self.env["kbs.ticket.exception"].with_user(self.lead)
            wizard = wizard.create({"ticket_id": strange.id, "reason": "x"})
            self.env.invalidate_all()
            wizard.coverage_reason  # noqa: B018
