from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import TODAY, KbsCase


class RenewalCase(KbsCase):
    """A client whose three months of ОПТИМА are to be renewed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first_order = cls.sell_paid("optima_3")
        cls.sub = cls.subscription(cls.first_order)
        cls.sub.manager_id = cls.salesman
        cls.term = cls.env.ref("kbs_support.kbs_term_3")
        cls.reason = cls.env.ref("kbs_support.kbs_close_reason_program")
        cls.renewal = cls.env["kbs.renewal"]._open(cls.sub)[cls.sub]
        cls.lead_record = cls.renewal.lead_id
        cls.env.flush_all()

    def stage(self, name):
        return self.env.ref(f"kbs_support.crm_stage_kbs_{name}")

    def offer(self):
        return self.sub._create_renewal_order(self.term)

    def mark_lost(self, leads, reason, user=None):
        wizard = self.env["crm.lead.lost"].with_user(user or self.salesman)
        wizard.create(
            {"lead_ids": [Command.set(leads.ids)], "lost_reason_id": reason.id}
        ).action_lost_reason_apply()


@tagged("post_install", "-at_install")
class TestRenewalPipeline(RenewalCase):
    """The opportunity follows its renewal, there and back."""

    def test_renewal_has_one_opportunity(self):
        lead = self.lead_record
        self.assertRecordValues(
            lead,
            [
                {
                    "type": "opportunity",
                    "partner_id": self.client.id,
                    "company_id": self.company.id,
                    "team_id": self.env.ref("kbs_support.crm_team_kbs_renewal").id,
                    "user_id": self.salesman.id,
                    "stage_id": self.stage("to_offer").id,
                    "expected_revenue": self.renewal.amount_expected,
                    "date_deadline": self.sub.date_end,
                    "probability": 60.0,
                    "won_status": "pending",
                    "active": True,
                    "kbs_plan_id": self.plan("optima").id,
                    "kbs_term_id": self.term.id,
                }
            ],
        )
        self.assertIn("School No. 1", lead.name)
        self.assertTrue(lead.is_automated_probability)
        again = self.env["kbs.renewal"]._open(self.sub)[self.sub]
        self.assertEqual(again.lead_id, lead)

    def test_name_is_in_the_language_of_the_company(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.sub.manager_id = False
        self.company.partner_id.lang = "uk_UA"
        name = self.renewal._get_lead_name()
        self.assertIn(self.sub.date_end.strftime("%d.%m.%Y"), name)

    def test_stage_follows_the_offer(self):
        lead, order = self.lead_record, self.offer()
        self.assertEqual(lead.stage_id, self.stage("to_offer"), "nobody has it yet")
        self.assertEqual(order.opportunity_id, lead)
        self.assertEqual(order.team_id, lead.team_id)
        order.action_quotation_sent()
        self.assertEqual(lead.stage_id, self.stage("offered"))
        self.assertEqual(lead.probability, 70.0)
        order.action_confirm()
        self.assertEqual(lead.stage_id, self.stage("promised"))
        self.assertEqual(lead.probability, 90.0)
        self.assertEqual(lead.expected_revenue, order.amount_total)

    def test_payment_wins_and_a_credit_note_takes_it_back(self):
        order = self.offer()
        order.action_confirm()
        self.pay(order)
        lead = self.lead_record
        self.assertRecordValues(
            lead,
            [
                {
                    "stage_id": self.stage("renewed").id,
                    "probability": 100.0,
                    "won_status": "won",
                    "active": True,
                }
            ],
        )
        self.assertTrue(lead.date_closed)
        self.credit(order.invoice_ids)
        self.assertRecordValues(
            lead,
            [
                {
                    # Nobody waits for a payment that was given back.
                    "stage_id": self.stage("to_offer").id,
                    "probability": 60.0,
                    "won_status": "pending",
                    "active": True,
                    "date_closed": False,
                }
            ],
        )

    def test_nothing_to_renew_is_neither_won_nor_lost(self):
        self.credit(self.first_order.invoice_ids)
        self.assertEqual(self.renewal.state, "void")
        self.assertFalse(self.lead_record.active)
        self.assertEqual(self.lead_record.won_status, "pending")

    def test_pause_moves_the_closing_date(self):
        end = self.sub.date_end
        self.env["kbs.pause"].create(
            {
                "subscription_id": self.sub.id,
                "reason_id": self.env.ref("kbs_support.kbs_pause_reason_relocation").id,
                "date_start": TODAY,
                "date_end": TODAY + timedelta(days=9),
            }
        )
        later = end + timedelta(days=10)
        self.assertEqual(self.lead_record.date_deadline, later)
        self.assertEqual(self.lead_record.name, self.renewal._get_lead_name())

    def test_person_sorts_until_the_offer_moves(self):
        called = self.env["crm.stage"].create(
            {"name": "Called", "team_ids": self.lead_record.team_id.ids}
        )
        lead = self.lead_record.with_user(self.salesman)
        lead.stage_id = called
        lead.probability = 85.0
        self.renewal.modified(["lost_on"])  # recomputed, and nothing new in it
        self.assertEqual(lead.stage_id, called)
        self.assertEqual(lead.probability, 85.0)
        self.offer().action_quotation_sent()
        self.assertEqual(lead.stage_id, self.stage("offered"))

    def test_nobody_wins_by_hand(self):
        lead = self.lead_record.with_user(self.salesman)
        with self.assertRaisesRegex(UserError, "won by payment"):
            lead.action_set_won_rainbowman()
        with self.assertRaisesRegex(UserError, "won by payment"):
            lead.stage_id = self.stage("renewed")
        with self.assertRaisesRegex(UserError, "not archived"):
            lead.action_archive()
        with self.assertRaisesRegex(UserError, "stays for the record"):
            self.lead_record.with_user(self.manager).unlink()
        order = self.offer()
        order.action_confirm()
        self.pay(order)
        lead.action_set_won_rainbowman()
        with self.assertRaisesRegex(UserError, "won by payment"):
            lead.stage_id = self.stage("offered")

    def test_facts_of_the_renewal_are_not_typed_in(self):
        lead = self.lead_record.with_user(self.manager)
        for values in (
            {"expected_revenue": 1.0},
            {"date_deadline": TODAY},
            {"partner_id": self.manager.partner_id.id},
            {"lost_reason_id": self.reason.lost_reason_id.id},
            {"kbs_renewal_id": False},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                lead.write(values)
        prospect = lead.create({"name": "Prospect"})
        prospect.expected_revenue = 1.0
        with self.assertRaises(AccessError):
            prospect.kbs_renewal_id = self.renewal
        lead.priority = "2"

    def test_manager_hands_over(self):
        other = new_test_user(
            self.env,
            "kbs_other",
            groups="sales_team.group_sale_salesman",
            company_id=self.env.ref("base.main_company").id,
            company_ids=[Command.set(self.env.ref("base.main_company").ids)],
        )
        self.sub.with_user(self.lead).manager_id = other
        lead, team = self.lead_record, self.lead_record.team_id
        self.assertFalse(lead.user_id, "he has no access to this company")
        self.assertEqual(lead.company_id, self.company)
        other.company_ids |= self.company
        self.sub.with_user(self.lead).write({"manager_id": other.id})
        self.assertEqual(lead.user_id, other)
        self.assertEqual(lead.team_id, team)
        self.assertEqual(lead.stage_id, self.stage("to_offer"))
        self.assertEqual(lead.company_id, self.company)

    def test_order_made_by_hand_joins_at_once(self):
        order = self.renew(self.first_order, "optima_6")
        self.assertEqual(order.opportunity_id, self.lead_record)

    def test_second_order_made_by_hand_joins_when_confirmed(self):
        self.renew(self.first_order, "optima_3")
        order = self.renew(self.first_order, "optima_6")
        self.assertFalse(order.opportunity_id)
        order.action_confirm()
        self.assertEqual(order.opportunity_id, self.lead_record)

    def test_confirming_does_not_type_in_a_revenue(self):
        order = self.offer().with_user(self.salesman)
        order.order_line = [Command.create({"product_id": self.product("hour").id})]
        order.action_confirm()
        self.assertEqual(
            self.lead_record.expected_revenue, self.renewal.amount_expected
        )

    def test_pipeline_has_only_its_own_columns(self):
        leads = self.env["crm.lead"].with_context(
            kbs_renewal_pipeline=True, read_group_expand=True
        )
        groups = leads.web_read_group(
            [("kbs_renewal_id", "=", self.renewal.id)], ["stage_id"], ["__count"]
        )["groups"]
        steps = ("to_offer", "offered", "promised", "renewed")
        ids = [group["stage_id"][0] for group in groups]
        self.assertEqual(ids, [self.stage(x).id for x in steps])

    def test_renewals_teach_nothing_about_prospects(self):
        self.env["ir.config_parameter"].set_param("crm.pls_start_date", "2020-01-01")
        frequencies = self.env["crm.lead.scoring.frequency"]
        before = frequencies.search([]).mapped("lost_count")
        self.lead_record._pls_increment_frequencies(to_state="lost")
        self.mark_lost(self.lead_record, self.reason.lost_reason_id)
        self.assertEqual(frequencies.search([]).mapped("lost_count"), before)
        stage = self.lead_record.stage_id
        self.env["crm.lead"]._rebuild_pls_frequency_table()
        lessons = self.env["crm.lead"]._pls_get_lead_pls_values(
            domain=[("id", "=", self.lead_record.id)]
        )
        self.assertFalse(lessons)
        self.lead_record.with_user(self.salesman).action_restore()
        self.env["crm.lead"]._cron_update_automated_probabilities()
        self.assertEqual(self.lead_record.probability, 60.0)
        found = frequencies.search(
            [("variable", "=", "stage_id"), ("value", "=", str(stage.id))]
        )
        self.assertFalse(found)

    def test_only_prospects_are_counted(self):
        """Odoo counts a lead the moment it is won or lost; not so a renewal."""
        self.env["ir.config_parameter"].set_param("crm.pls_start_date", "2020-01-01")
        frequencies = self.env["crm.lead.scoring.frequency"]

        def count():
            found = frequencies.search([("team_id", "=", team.id)])
            return sum(found.mapped("won_count")) + sum(found.mapped("lost_count"))

        team = self.lead_record.team_id
        prospect = self.env["crm.lead"].create(
            {"name": "Hours", "type": "opportunity", "team_id": team.id}
        )
        prospect._pls_increment_frequencies(to_state="won")
        first = count()
        prospect._pls_increment_frequencies(to_state="won")
        one = count() - first
        self.assertGreater(one, 0)
        (self.lead_record | prospect)._pls_increment_frequencies(to_state="won")
        self.assertAlmostEqual(count() - first, 2 * one)

    def test_renewal_is_no_duplicate(self):
        prospect = self.env["crm.lead"].create(
            {"name": "More hours", "partner_id": self.client.id}
        )
        self.assertEqual(prospect.duplicate_lead_ids, prospect)
        self.assertEqual(prospect.duplicate_lead_count, 0)
        self.assertFalse(self.lead_record.duplicate_lead_count)
        found = self.env["crm.lead"]._get_lead_duplicates(partner=self.client)
        self.assertEqual(found, prospect)
        with self.assertRaisesRegex(UserError, "cannot be merged"):
            (prospect | self.lead_record).merge_opportunity()

    def test_without_the_team_renewals_still_open(self):
        self.env["kbs.renewal"].flush_model()
        self.env.ref("kbs_support.crm_team_kbs_renewal").active = False
        order = self.sell_paid("prof_3", client=self._create_client("School No. 2"))
        subscription = self.subscription(order)
        self.env["ir.model.data"].search(
            [("module", "=", "kbs_support"), ("name", "=", "crm_team_kbs_renewal")]
        ).unlink()
        renewal = self.env["kbs.renewal"]._open(subscription)[subscription]
        self.assertFalse(renewal.lead_id.team_id)
        renewal_order = subscription._create_renewal_order(self.term)
        renewal_order.action_confirm()
        self.pay(renewal_order)
        self.assertEqual(renewal.lead_id.won_status, "won")


@tagged("post_install", "-at_install")
class TestRefusal(RenewalCase):
    """A refusal is noted on either side, and is one fact."""

    def test_lost_in_the_pipeline(self):
        order = self.offer()
        self.mark_lost(self.lead_record, self.reason.lost_reason_id)
        self.assertRecordValues(
            self.renewal,
            [
                {
                    "state": "lost",
                    "close_reason_id": self.reason.id,
                    "lost_on": TODAY,
                }
            ],
        )
        self.assertRecordValues(
            self.lead_record,
            [
                {
                    "won_status": "lost",
                    "active": False,
                    "probability": 0.0,
                    "lost_reason_id": self.reason.lost_reason_id.id,
                }
            ],
        )
        self.assertTrue(self.lead_record.date_closed)
        self.assertEqual(order.state, "cancel")

    def test_lost_needs_a_reason_of_support(self):
        foreign = self.env["crm.lost.reason"].create({"name": "Too expensive"})
        for reason in (foreign, foreign.browse()):
            with self.assertRaisesRegex(UserError, "Moved to another program"):
                self.mark_lost(self.lead_record, reason)
        self.assertEqual(self.renewal.state, "open")

    def test_wizard_asks_for_a_reason_of_support(self):
        wizards = self.env["crm.lead.lost"].with_user(self.salesman)
        form = Form(wizards.with_context(default_lead_ids=self.lead_record.ids))
        self.assertTrue(form.kbs_has_renewal)
        with self.assertRaisesRegex(AssertionError, "lost_reason_id is a required"):
            form.save()
        form.lost_reason_id = self.reason.lost_reason_id
        self.assertEqual(self.reason.lost_reason_id.kbs_close_reason_ids, self.reason)
        form.save().action_lost_reason_apply()
        self.assertEqual(self.renewal.state, "lost")

    def test_restored_in_the_pipeline(self):
        self.mark_lost(self.lead_record, self.reason.lost_reason_id)
        self.lead_record.with_user(self.salesman).action_restore()
        self.assertEqual(self.renewal.state, "open")
        self.assertFalse(self.renewal.close_reason_id)
        self.assertRecordValues(
            self.lead_record,
            [
                {
                    "won_status": "pending",
                    "active": True,
                    "probability": 60.0,
                    "lost_reason_id": False,
                    "date_closed": False,
                }
            ],
        )

    def test_who_leaves_does_not_renew(self):
        """Letters would go out, and no renewal could be sold."""
        self.sub.with_user(self.lead)._leave_at_end(self.reason)
        with self.assertRaisesRegex(UserError, "Take the leaving back"):
            self.sub.with_user(self.salesman).action_reopen_renewal()
        with self.assertRaisesRegex(UserError, "Take the leaving back"):
            self.lead_record.with_user(self.salesman).action_restore()
        self.assertEqual(self.renewal.state, "lost")
        self.sub.with_user(self.lead).action_reopen()
        self.assertEqual(self.renewal.state, "open")

    def refuse(self, user):
        wizard = Form(
            self.env["kbs.renewal.refuse"]
            .with_user(user)
            .with_context(**self.sub.action_refuse_renewal()["context"])
        )
        wizard.reason_id = self.reason
        wizard.note = "We have our own programmer now."
        wizard.save().action_refuse()

    def test_refused_on_the_subscription(self):
        self.refuse(self.salesman)
        self.assertEqual(self.renewal.state, "lost")
        self.assertEqual(self.lead_record.won_status, "lost")
        self.assertIn("own programmer", self.sub.message_ids[0].body)
        self.assertEqual(self.sub.refused_renewal_id, self.renewal)
        with self.assertRaisesRegex(UserError, "no renewal is running"):
            self.refuse(self.salesman)
        self.sub.with_user(self.salesman).action_reopen_renewal()
        self.assertEqual(self.lead_record.won_status, "pending")

    def test_only_sales_note_refusals(self):
        with self.assertRaises(AccessError):
            self.refuse(self.agent)
        self.refuse(self.salesman)
        with self.assertRaises(AccessError):
            self.sub.with_user(self.agent).action_reopen_renewal()

    def test_other_salesman_does_not_see_it(self):
        other = new_test_user(
            self.env,
            "kbs_other",
            groups="sales_team.group_sale_salesman",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.mark_lost(self.lead_record, self.reason.lost_reason_id, other)
        with self.assertRaises(AccessError):
            self.sub.with_user(other).action_view_renewal_lead()

    def test_payment_after_a_refusal_wins(self):
        order = self.offer()
        order.action_confirm()
        self.refuse(self.salesman)
        self.pay(order)
        self.assertEqual(self.lead_record.won_status, "won")
        self.assertFalse(self.lead_record.lost_reason_id)
        with self.assertRaisesRegex(UserError, "does not run any more"):
            self.mark_lost(self.lead_record, self.reason.lost_reason_id)

    def test_closing_loses_and_reopening_takes_it_back(self):
        with freeze_time(f"{self.sub.date_end + timedelta(days=30)} 09:00:00"):
            self.run_daily_job()
            self.sub.with_user(self.lead)._close(self.reason)
            self.assertEqual(self.renewal.state, "lost")
            self.assertEqual(
                self.lead_record.lost_reason_id, self.reason.lost_reason_id
            )
            self.sub.with_user(self.lead).action_reopen()
            self.assertEqual(self.renewal.state, "open")

    def test_prospects_are_lost_as_before(self):
        prospect = self.env["crm.lead"].create({"name": "Prospect"})
        foreign = self.env["crm.lost.reason"].create({"name": "Too expensive"})
        self.mark_lost(prospect, foreign, self.manager)
        self.assertEqual(prospect.won_status, "lost")
        self.assertEqual(prospect.lost_reason_id, foreign)
        prospect.with_user(self.manager).action_restore()
        self.assertEqual(prospect.won_status, "pending")

    def test_reasons_are_the_same_on_both_sides(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        reason = (
            self.env["kbs.close.reason"]
            .with_user(self.manager)
            .create({"name": "No accountant"})
        )
        lost = reason.sudo().lost_reason_id
        self.assertEqual(lost.name, "No accountant")
        reason.name = "Without an accountant"
        reason.with_context(lang="uk_UA").name = "Немає бухгалтера"
        self.assertEqual(lost.name, "Without an accountant")
        self.assertEqual(lost.with_context(lang="uk_UA").name, "Немає бухгалтера")
        reason.update_field_translations("name", {"uk_UA": "Без бухгалтера"})
        self.assertEqual(lost.with_context(lang="uk_UA").name, "Без бухгалтера")
        reason.active = False
        self.assertFalse(lost.active)
        reason.active = True
        reason.unlink()
        self.assertFalse(lost.active)


@tagged("post_install", "-at_install")
class TestPipelineAccess(RenewalCase):
    def test_table_of_rights(self):
        portal = new_test_user(self.env, "kbs_portal", groups="base.group_portal")
        portal.partner_id.parent_id = self.client
        other = self._create_company("Other company")
        stranger = new_test_user(
            self.env,
            "kbs_stranger",
            groups="sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for user, allowed in (
            (self.salesman, "rw"),
            (self.manager, "rwd"),
            (self.agent, ""),
            (self.reader, ""),
            (portal, ""),
            (self.env.ref("base.public_user"), ""),
            (stranger, ""),
        ):
            lead = self.lead_record.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
            found = "".join(
                letter
                for letter, operation in zip(
                    "rwd", ("read", "write", "unlink"), strict=True
                )
                if lead.has_access(operation)
            )
            with self.subTest(user=user.login):
                self.assertEqual(found, allowed)

    def test_salesman_reads_his_opportunity(self):
        lead = self.lead_record.with_user(self.salesman)
        values = lead.web_read(
            {
                "display_name": {},
                "kbs_offer_state": {},
                "kbs_subscription_id": {"fields": {"display_name": {}}},
                "kbs_renewal_id": {"fields": {"display_name": {}}},
            }
        )[0]
        self.assertEqual(values["kbs_subscription_id"]["id"], self.sub.id)
        action = lead.action_view_kbs_subscription()
        self.assertEqual(action["res_id"], self.sub.id)
        back = self.sub.with_user(self.salesman).action_view_renewal_lead()
        self.assertEqual(back["res_id"], lead.id)

    def test_agent_makes_no_opportunity_but_his_renewal_has_one(self):
        order = self.sell_paid("prof_3", client=self._create_client("School No. 2"))
        subscription = self.subscription(order).with_user(self.agent).sudo()
        renewal = self.env["kbs.renewal"].with_user(self.agent).sudo()
        self.assertTrue(renewal._open(subscription)[subscription].lead_ids)


@tagged("post_install", "-at_install")
class TestProspect(KbsCase):
    """A lead that asks for a plan turns into a quotation with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls.env.ref("kbs_support.kbs_term_12")
        cls.leads = cls.env["crm.lead"].with_user(cls.salesman)

    def prospect(self, **values):
        return self.leads.create(
            {
                "name": "New school",
                "type": "opportunity",
                "partner_id": self.client.id,
                "kbs_plan_id": self.plan("prof").id,
                "kbs_term_id": self.term.id,
                **values,
            }
        )

    def price(self, name):
        price, _rule = self.regular._kbs_get_price_and_rule(self.product(name))
        return price

    def test_quotation_opens_with_plan_and_term(self):
        lead = self.prospect()
        context = lead.action_sale_quotations_new()["context"]
        form = Form(
            self.env["sale.order"].with_user(self.salesman).with_context(**context)
        )
        with form.order_line.edit(0) as line:
            self.assertEqual(line.product_id, self.product("prof_12"))
            self.assertEqual(line.kbs_date_start, TODAY)
            self.assertEqual(line.kbs_date_end, date(2027, 5, 13))
        order = form.save()
        self.assertEqual(order.partner_id, self.client)
        self.assertEqual(order.pricelist_id, self.regular)
        self.assertEqual(order.amount_total, self.price("prof_12"))
        self.assertEqual(order.opportunity_id, lead)
        order.action_confirm()
        self.assertEqual(lead.expected_revenue, order.amount_total)

    def test_half_a_choice_is_refused(self):
        lead = self.prospect(kbs_term_id=False)
        with self.assertRaisesRegex(UserError, "both the plan and the term"):
            lead.action_sale_quotations_new()
        lead.kbs_plan_id = False
        context = lead.action_sale_quotations_new()["context"]
        self.assertNotIn("default_order_line", context)

    def test_term_that_is_not_sold(self):
        self.product("prof_12").active = False
        with self.assertRaisesRegex(UserError, "is not sold for"):
            self.prospect().action_sale_quotations_new()

    def test_expected_revenue_is_the_regular_price(self):
        form = Form(self.leads.with_context(default_type="opportunity"))
        form.name = "New school"
        form.kbs_plan_id = self.plan("prof")
        self.assertEqual(form.expected_revenue, 0)
        form.kbs_term_id = self.term
        self.assertEqual(form.expected_revenue, self.price("prof_12"))
        form.kbs_term_id = self.env.ref("kbs_support.kbs_term_6")
        self.assertEqual(form.expected_revenue, self.price("prof_6"))
        form.expected_revenue = 12345.67
        form.kbs_term_id = self.term
        self.assertEqual(form.expected_revenue, 12345.67)
        self.assertEqual(self.prospect().expected_revenue, self.price("prof_12"))

    def test_merging_keeps_plan_and_term_together(self):
        half = self.prospect(kbs_plan_id=self.plan("optima").id, kbs_term_id=False)
        whole = self.prospect()
        merged = (half | whole).merge_opportunity()
        self.assertEqual(merged.kbs_plan_id, self.plan("prof"))
        self.assertEqual(merged.kbs_term_id, self.term)

    def test_converting_keeps_plan_and_term(self):
        lead = self.prospect(type="lead", partner_id=False)
        lead.convert_opportunity(self.client)
        self.assertEqual(lead.type, "opportunity")
        context = lead.action_sale_quotations_new()["context"]
        self.assertIn("default_order_line", context)

    def test_prospect_is_won_by_hand_as_ever(self):
        lead = self.prospect()
        lead.action_set_won()
        self.assertEqual(lead.won_status, "won")
        self.assertTrue(lead.date_closed)


@tagged("post_install", "-at_install")
class TestPipelineScale(KbsCase):
    def count_queries(self, do):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        do()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def subscriptions(self, count):
        orders = self.env["sale.order"]
        for number in range(count):
            client = self._create_client(f"Client {number}")
            orders |= self.quote("optima_3", client=client)
        orders.action_confirm()
        self.pay(orders)
        self.env.flush_all()
        return orders.order_line.kbs_period_ids.subscription_id

    def test_opening_fifty(self):
        subscriptions = self.subscriptions(51)
        Renewal = self.env["kbs.renewal"].with_context(tracking_disable=False)
        Renewal._open(self.subscriptions(1))  # warms what is the same for all
        one = self.count_queries(lambda: Renewal._open(subscriptions[:1]))
        many = self.count_queries(lambda: Renewal._open(subscriptions[1:]))
        self.assertEqual(len(subscriptions.renewal_ids.lead_ids), 51)
        self.assertLessEqual(many, one + 20)

    def test_losing_fifty(self):
        subscriptions = self.subscriptions(51)
        renewals = self.env["kbs.renewal"].union(
            *self.env["kbs.renewal"]._open(subscriptions).values()
        )
        reason = self.env.ref("kbs_support.kbs_close_reason_program")
        one = self.count_queries(lambda: renewals[:1]._refuse(reason))
        many = self.count_queries(lambda: renewals[1:]._refuse(reason))
        self.assertFalse(any(renewals.lead_ids.mapped("active")))
        self.assertLessEqual(many, one + 5)
