from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import KbsCase


@tagged("post_install", "-at_install")
class TestAccess(KbsCase):
    """Who may do what, each role for itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.sell_paid("optima_3")
        cls.sub = cls.subscription(cls.order)
        cls.portal = new_test_user(cls.env, "kbs_portal", groups="base.group_portal")
        cls.portal.partner_id.parent_id = cls.client
        cls.public = cls.env.ref("base.public_user")

    def can(self, user, records, operation):
        return records.with_user(user).has_access(operation)

    def test_table_of_rights(self):
        period, plan = self.sub.period_ids, self.sub.plan_id
        for user, records, allowed in (
            (self.agent, self.sub, "r"),
            (self.agent, period, "r"),
            (self.agent, plan, "r"),
            (self.lead, self.sub, "rw"),
            (self.lead, period, "r"),
            (self.lead, plan, "r"),
            (self.manager, self.sub, "rwd"),
            (self.manager, period, "r"),
            (self.reader, self.env["kbs.guarantee"], "r"),
            (self.manager, plan, "rwcd"),
            (self.reader, self.sub, "r"),
            (self.reader, period, "r"),
            (self.salesman, self.sub, "r"),
            (self.salesman, plan, "r"),
            (self.accountant, self.sub, "r"),
            (self.portal, self.sub, ""),
            (self.portal, period, ""),
            (self.portal, plan, ""),
            (self.public, self.sub, ""),
            (self.public, plan, ""),
        ):
            found = "".join(
                letter
                for letter, operation in zip(
                    "rwcd", ("read", "write", "create", "unlink"), strict=True
                )
                if self.can(user, records, operation)
            )
            with self.subTest(user=user.login, model=records._name):
                self.assertEqual(found, allowed)

    def test_table_of_rights_on_updates(self):
        software = self.env["kbs.software"].create({"name": "P", "code": "p"})
        release = self.env["kbs.release"].create(
            {"software_id": software.id, "version": "1"}
        )
        edition = self.env["kbs.edition"]
        for user, rights in (
            (self.agent, ("r", "r", "r")),
            (self.lead, ("r", "r", "rwcd")),
            (self.manager, ("rwcd", "rwcd", "rwcd")),
            (self.reader, ("r", "r", "r")),
            (self.salesman, ("r", "r", "")),
            (self.portal, ("", "", "")),
            (self.public, ("", "", "")),
        ):
            for records, allowed in zip(
                (software, edition, release), rights, strict=True
            ):
                found = "".join(
                    letter
                    for letter, operation in zip(
                        "rwcd", ("read", "write", "create", "unlink"), strict=True
                    )
                    if self.can(user, records, operation)
                )
                with self.subTest(user=user.login, model=records._name):
                    self.assertEqual(found, allowed)

    def test_groups_imply_each_other(self):
        self.assertTrue(self.lead.has_group("kbs_support.group_kbs_agent"))
        self.assertTrue(self.manager.has_group("kbs_support.group_kbs_lead"))
        self.assertTrue(self.manager.has_group("kbs_support.group_kbs_report"))
        self.assertFalse(self.agent.has_group("kbs_support.group_kbs_report"))
        self.assertFalse(self.reader.has_group("kbs_support.group_kbs_agent"))

    def test_reader_of_reports_sees_only_reports(self):
        menus = self.reachable_menus(self.reader)
        for xmlid, is_visible in (
            ("menu_kbs_root", True),
            ("menu_kbs_report_periods", True),
            ("menu_kbs_report_versions", True),
            ("menu_kbs_updates", False),
            ("menu_kbs_subscription", False),
            ("menu_kbs_price_table", False),
            ("menu_kbs_configuration", False),
        ):
            menu = self.env.ref(f"kbs_support.{xmlid}")
            with self.subTest(menu=xmlid):
                self.assertEqual(menu.id in menus, is_visible)

    def reachable_menus(self, user):
        """Ids of the menus that ``user`` can come to from the top."""
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        found, to_visit = set(), list(menus["root"]["children"])
        while to_visit:
            menu = to_visit.pop()
            found.add(menu)
            to_visit += menus[menu]["children"]
        return found

    def test_other_company_is_invisible(self):
        other = self._create_company("Another company")
        stranger = new_test_user(
            self.env,
            "kbs_other",
            groups="kbs_support.group_kbs_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        sub = self.sub.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(sub.search([("id", "=", sub.id)]))
        self.assertFalse(sub.has_access("read"))
        self.assertFalse(sub._get_active(self.client)[self.client])
        own = self.sub.with_user(self.agent)
        self.assertTrue(own._get_active(self.client)[self.client])

    def test_both_companies_sell_to_one_client(self):
        other = self._create_company("Another company")
        self.env.user.company_ids |= other
        order = (
            self.env["sale.order"]
            .with_company(other)
            .create(
                {
                    "partner_id": self.client.id,
                    "company_id": other.id,
                    "order_line": [
                        Command.create({"product_id": self.product("prof_1").id})
                    ],
                }
            )
        )
        order.with_company(other).action_confirm()
        sub = self.subscription(order)
        self.assertEqual(sub.company_id, other)
        self.assertEqual(order.invoice_ids.company_id, other)
        self.assertEqual(order.amount_total, 2460)

    def test_nobody_types_in_coverage(self):
        for values in (
            {"state": "active"},
            {"plan_id": self.plan("premium").id},
            {"date_end": "2030-01-01"},
            {"closed_on": "2026-05-14"},
        ):
            with self.subTest(**values), self.assertRaises(AccessError):
                self.sub.with_user(self.manager).write(values)
        with self.assertRaises(AccessError):
            self.sub.period_ids.with_user(self.manager).write({"is_paid": True})
        self.sub.with_user(self.lead).write({"specialist_id": self.agent.id})
        self.assertEqual(self.sub.specialist_id, self.agent)

    def test_everybody_who_reads_may_write_a_note(self):
        for user in (self.agent, self.salesman):
            with self.subTest(user=user.login):
                own = self.sub.with_user(user).with_context(tracking_disable=False)
                own.message_post(body="Called, will pay on Monday")
                own.activity_schedule("mail.mail_activity_data_call")
                self.assertIn("Monday", self.sub.message_ids[0].body)
        with self.assertRaises(AccessError):
            self.sub.with_user(self.portal).message_post(body="Hello")

    def test_client_in_the_portal_does_not_see_our_reasons(self):
        order = self.order
        order.kbs_override_reason = "Threatens to leave"
        order.message_subscribe(self.portal.partner_id.ids)
        order.partner_id = self.portal.partner_id
        own = order.with_user(self.portal)
        self.assertTrue(own.has_access("read"))
        with self.assertRaises(AccessError):
            own.read(["kbs_override_reason"])
        stranger = self.sell("prof_1", client=self._create_client("Hospital"))
        with self.assertRaises(AccessError):
            stranger.with_user(self.portal).action_view_kbs_subscriptions()
        with self.assertRaises(AccessError):
            stranger.invoice_ids.with_user(self.portal).action_view_kbs_subscriptions()

    def test_reader_of_reports_opens_a_period(self):
        form = self.env["kbs.subscription.period"].with_user(self.reader)
        spec = {"display_name": {}, "guarantee_ids": {"fields": {"reason": {}}}}
        self.assertTrue(form.browse(self.sub.period_ids.id).web_read(spec))

    def test_closing_is_for_leads(self):
        Wizard = self.env["kbs.subscription.close"]
        self.assertTrue(Wizard.with_user(self.lead).has_access("create"))
        self.assertFalse(Wizard.with_user(self.agent).has_access("create"))
        with self.assertRaises(AccessError):
            self.sub.with_user(self.agent).action_reopen()

    def test_salesman_cannot_touch_what_he_sold(self):
        with self.assertRaises(AccessError):
            self.sub.with_user(self.salesman).specialist_id = self.agent
        with self.assertRaises(AccessError):
            unpaid = self.period(self.sell("prof_1"))
            unpaid.with_user(self.salesman).action_cancel()

    def public_methods(self, model):
        return {
            name
            for name in dir(type(self.env[model]))
            if name.startswith(("action_", "get_", "quote_"))
            and name not in dir(type(self.env["mail.activity.mixin"]))
            and name not in dir(type(self.env["mail.thread"]))
        }

    def test_private_methods_of_updates_are_not_callable(self):
        for model, expected in (
            (
                "kbs.release",
                {
                    "action_draft",
                    "action_notify",
                    "action_publish",
                    "action_review",
                    "action_view_downloads",
                    "action_view_news",
                    "action_view_notices",
                    "action_withdraw",
                    "get_upload_limit",
                },
            ),
            (
                "kbs.notice",
                {
                    "action_cancel",
                    "action_draft",
                    "action_pause",
                    "action_prepare",
                    "action_resume",
                    "action_start",
                    "action_view_contacts",
                },
            ),
            (
                "kbs.notice.contact",
                {"action_told", "action_no_answer", "action_later", "action_refused"},
            ),
            ("kbs.release.download", set()),
            ("kbs.installation", set()),
            ("kbs.software", {"action_view_installations", "action_view_releases"}),
            ("kbs.version.map", {"action_download", "action_open"}),
        ):
            with self.subTest(model=model):
                self.assertEqual(self.public_methods(model), expected)

    def test_private_methods_are_not_callable(self):
        """RPC refuses names with an underscore; nothing dangerous is public."""
        self.assertEqual(
            self.public_methods("kbs.subscription"),
            {
                "action_change_plan",
                "action_close",
                "action_forget_next_plan",
                "action_pause",
                "action_quote",
                "action_refuse_renewal",
                "action_renew",
                "action_renew_chosen",
                "action_decide_scan",
                "action_hour_statement",
                "action_issue_contract",
                "action_open_scan",
                "action_passport",
                "action_reopen",
                "action_reopen_renewal",
                "action_resume",
                "action_transfer",
                "action_view_acts",
                "action_view_installations",
                "action_view_invoices",
                "action_view_orders",
                "action_view_renewal_lead",
                "get_offers",
                "quote_offer",
            },
        )
        self.assertEqual(
            self.public_methods("kbs.act"),
            {
                "action_correct",
                "action_decide_scan",
                "action_export",
                "action_issue",
                "action_object",
                "action_open_scan",
                "action_preview",
                "action_unsign",
                "action_view_corrections",
            },
        )
        self.assertEqual(
            self.public_methods("kbs.signed.scan"),
            {"action_decide", "action_open_file"},
        )
