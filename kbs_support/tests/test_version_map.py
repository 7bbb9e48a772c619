from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import TODAY
from .scale_common import ScaleMixin
from .updates_common import UpdatesCase

ONE_DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestVersionMap(UpdatesCase):
    """Who runs which version, and who is below the mandatory one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        day = TODAY - 100 * ONE_DAY
        cls.release("8.8", day)
        cls.first = cls.release("8.9", day, mandatory_by=TODAY - 30 * ONE_DAY)
        cls.second = cls.release("8.10", day, mandatory_by=TODAY + 10 * ONE_DAY)
        cls.latest = cls.release("8.11", day)
        cls.release("9", day, state="review", mandatory_by=day)
        cls.release("9.1", day, state="withdrawn", mandatory_by=day)

    def row(self, copy, **context):
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.env["kbs.version.map"].with_context(**context).browse(copy.id)
        return found.exists()

    def test_status(self):
        for number, (version, status, needs, by) in enumerate(
            (
                (False, "unknown", False, False),
                ("8.7", "below_mandatory", self.second, self.first),
                ("8.8", "below_mandatory", self.second, self.first),
                ("8.9", "below_mandatory", self.second, self.second),
                ("8.9.5", "below_mandatory", self.second, self.second),
                ("8.10", "behind", False, False),
                ("8.10.0", "behind", False, False),
                ("8.11", "current", False, False),
                ("8.12", "current", False, False),
            )
        ):
            row = self.row(self.copy(str(number), version=version))
            with self.subTest(version=version):
                self.assertEqual(row.status, status)
                self.assertEqual(row.latest_release_id, self.latest)
                self.assertEqual(row.mandatory_release_id.id, needs and needs.id)
                self.assertEqual(row.mandatory_by, by and by.mandatory_by)
                self.assertEqual(row.days_over, 30 if by == self.first else 0)

    def test_days_are_those_of_the_company(self):
        copy = self.copy("1", version="8.8")
        with freeze_time("2026-05-20 21:30:00"):  # the 21st in Kyiv
            row = self.row(copy)
            self.assertEqual((row.days_over, row.days_unseen), (37, 7))

    def test_mandatory_day_itself_is_in_time(self):
        copy = self.copy("1", version="8.9")
        for day, over in ((10, 0), (11, 1)):
            with freeze_time(f"{TODAY + day * ONE_DAY} 09:00:00"):
                self.assertEqual(self.row(copy).days_over, over)

    def test_program_without_published_versions(self):
        copy = self.copy("1", software=self.payroll, version="1.0")
        row = self.row(copy)
        self.assertEqual((row.status, row.latest_release_id.id), ("current", False))

    def test_withdrawn_version_is_needed_no_more(self):
        copy = self.copy("1", version="8.9")
        self.second._withdraw_sudo("Bad")
        self.assertEqual(self.row(copy).status, "behind")
        self.latest._withdraw_sudo("Bad")
        self.assertEqual(self.row(copy).status, "current")

    def test_one_row_for_each_copy_in_use(self):
        copies = self.copy("1") | self.copy("2", version="8.8") | self.copy("3")
        copies[2].active = False
        support = self.subscription(self.sell_paid("optima_3"))
        self.sell_paid("prof_1")  # two supports make no second row
        self.env.flush_all()
        found = self.env["kbs.version.map"].search([("software_id", "in",
                                                     self.accounting.ids)])  # fmt: skip
        self.assertEqual(found.installation_id, copies[:2])
        self.assertEqual(found.subscription_id, support)  # the longer one

    def test_support_of_the_copy_or_of_its_client(self):
        named = self.subscription(self.sell_paid("optima_3"))
        named.write({"manager_id": self.manager.id, "specialist_id": self.agent.id})
        own = self.copy("1", subscription_id=named.id)
        plain = self.copy("2")
        row = self.row(own)
        self.assertEqual(row.subscription_id, named)
        self.assertEqual(row.plan_id, self.plan("optima"))
        self.assertEqual((row.manager_id, row.specialist_id),
                         (self.manager, self.agent))  # fmt: skip
        # It is for the copy that names it, and for no other.
        self.assertFalse(self.row(plain).subscription_id)
        other = self.subscription(self.sell_paid("prof_1"))
        self.assertEqual(self.row(plain).subscription_id, other)
        self.assertEqual(self.row(own).subscription_id, named)

    def test_support_that_is_not_valid_is_none(self):
        self.sell("optima_3")
        copy = self.copy("1")
        self.assertFalse(self.row(copy).subscription_id)
        self.sell_paid("prof_1")
        self.assertTrue(self.row(copy).plan_id)
        with freeze_time("2026-07-01 09:00:00"):
            self.run_daily_job()
            self.assertFalse(self.row(copy).plan_id)

    def test_who_is_longest_over_stands_first(self):
        action = self.env.ref("kbs_support.kbs_version_map_action")
        self.assertIn("search_default_below_mandatory", action.context)
        copies = [
            self.copy(str(number), version=version)
            for number, version in enumerate(("8.8", "8.9", "8.7", "8.10", False))
        ]
        found = self.env["kbs.version.map"].search(
            [("status", "=", "below_mandatory"),
             ("software_id", "=", self.accounting.id)]
        )  # fmt: skip
        self.assertEqual(found.ids, [copies[x].id for x in (2, 0, 1)])

    def test_groups_of_versions_stand_as_versions_do(self):
        for number, version in enumerate(
            ("8.10", "8.9", "8.10", "8", "10", "8.9.1", False)
        ):
            self.copy(str(number), version=version)
        domain = [("software_id", "=", self.accounting.id)]
        Map = self.env["kbs.version.map"].with_user(self.reader)
        expected = ["8", "8.9", "8.9.1", "8.10", "10", False]
        rows = Map._read_group(domain, ["version"], ["__count"])
        self.assertEqual([x for x, _count in rows], expected)
        self.assertEqual(dict(rows)["8.10"], 2)
        found = Map.formatted_read_group(domain, ["version", "status"], ["__count"])
        versions = list(dict.fromkeys(x["version"] for x in found))
        self.assertEqual(versions, expected)
        down = Map.formatted_read_group(
            domain, ["version"], ["__count"], order="version desc"
        )
        self.assertEqual([x["version"] for x in down if x["version"]],
                         expected[-2::-1])  # fmt: skip

    def test_who_may_read(self):
        copy = self.copy("1")
        row = self.row(copy)
        for user in (self.agent, self.lead, self.manager, self.salesman, self.reader):
            own = row.with_user(user)
            with self.subTest(user=user.login):
                self.assertTrue(own.has_access("read"))
                self.assertFalse(own.has_access("write"))
        portal = self._create_portal_user(
            "kbs_portal", self.env["res.partner"].create({"name": "P"})
        )
        for user in (portal, self.env.ref("base.public_user"), self.accountant):
            self.assertFalse(row.with_user(user).has_access("read"))
        other = self._create_company("Another company")
        stranger = new_test_user(
            self.env,
            "kbs_other",
            groups="kbs_support.group_kbs_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        own = row.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(own.search([]) & row)
        self.assertFalse(own.has_access("read"))

    def test_everybody_who_reads_it_reads_its_names(self):
        support = self.subscription(self.sell_paid("optima_3"))
        support.specialist_id = self.agent
        copy = self.copy("1", version="8.8")
        self.env.flush_all()
        names = {"fields": {"display_name": {}}}
        specification = {
            name: names
            for name in ("partner_id", "software_id", "latest_release_id",
                         "mandatory_release_id", "subscription_id", "plan_id",
                         "specialist_id", "installation_id")
        }  # fmt: skip
        for user in (self.agent, self.salesman, self.reader):
            self.env.invalidate_all()
            own = self.env["kbs.version.map"].with_user(user)
            (row,) = own.web_search_read([("id", "=", copy.id)], specification)[
                "records"
            ]
            with self.subTest(user=user.login):
                self.assertEqual(
                    row["mandatory_release_id"]["display_name"], "Accounting 8.10"
                )
                self.assertEqual(row["plan_id"]["id"], self.plan("optima").id)
            own.browse(copy.id).action_open()

    def test_opens_the_copy(self):
        copy = self.copy("1")
        action = self.row(copy).with_user(self.reader).action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("kbs.installation", copy.id)
        )


@tagged("post_install", "-at_install")
class TestVersionMapScale(ScaleMixin, UpdatesCase):
    def test_fifty_rows_cost_what_one_costs(self):
        self.release("8.9", mandatory_by=TODAY)
        copies = self.env["kbs.installation"].union(
            *[
                self.copy(str(n), client=self._create_client(f"School {n}"))
                for n in range(50)
            ]
        )
        rows = self.env["kbs.version.map"].browse(copies.ids)
        specification = {
            "partner_id": {"fields": {"display_name": {}}},
            "status": {},
            "mandatory_release_id": {"fields": {"display_name": {}}},
            "plan_id": {"fields": {"display_name": {}}},
        }

        def read(found):
            domain = [("id", "in", found.ids)]
            own = found.with_user(self.reader)
            self.assertEqual(
                own.web_search_read(domain, specification)["length"], len(found)
            )

        self.compare("version map", (rows[:1], rows), read, 0)

    def test_workbook_of_fifty_costs_no_more_than_one_of_one(self):
        self.release("8.9", mandatory_by=TODAY)
        wizard = self.env["kbs.workbook"].with_user(self.reader)
        wizard = wizard.create({"kind": "versions"})
        report = wizard.env["report.kbs_support.kbs_version_workbook"]

        def make(_copies):
            report.create_xlsx_report(wizard.ids, {})

        copies = self.copy("0", version="8.8")
        make(copies)  # what is asked once for all
        one = self.count_queries(copies, make)
        for number in range(1, 50):
            client = self._create_client(f"School {number}")
            copies |= self.copy(str(number), client=client, version="8.8")
        self.assertLessEqual(self.count_queries(copies, make), one)
