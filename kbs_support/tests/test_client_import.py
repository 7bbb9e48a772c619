from datetime import date

from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .import_common import ALPHA, BETA, ImportCase


@tagged("post_install", "-at_install")
class TestClientImport(ImportCase):
    """One workbook brings a client with all that he has, and no doubles."""

    def test_template_is_had_before_there_is_a_file(self):
        # A button would have to save the import first, which needs its file.
        form = etree.fromstring(self.env["kbs.client.import"].get_view()["arch"])
        path = "/kbs/client_import/template"
        [link] = form.xpath(f"//a[@href='{path}']")
        shown = link.getparent().get("invisible")
        self.assertFalse(safe_eval(shown, {"state": "draft"}))

    def test_client_comes_with_all_that_he_has(self):
        record = self.bring()
        self.assertEqual(record.progress, 100)
        client = self.find()
        self.assertRecordValues(
            client,
            [
                {
                    "name": f"Client {ALPHA}",
                    "is_company": True,
                    "vat": "400001112233",
                    "phone": "+380441234567",
                    "user_id": self.manager.id,
                    "country_id": self.env.ref("base.ua").id,
                    "company_id": False,
                }
            ],
        )
        self.assertEqual(
            set(client.child_ids.mapped("name")), {"Olena Koval", "Petro Bondar"}
        )
        olena = client.child_ids.filtered("email")
        self.assertEqual(olena.kbs_role, "accounting")
        copy = self.env["kbs.installation"].search([("number", "=", "A-1")])
        self.assertEqual(
            (copy.partner_id, copy.version, copy.edition_id),
            (client, "8.10", self.edition),
        )
        support = client.kbs_subscription_ids
        self.assertRecordValues(
            support,
            [
                {
                    "state": "active",
                    "plan_id": self.plan("optima").id,
                    "date_start": date(2026, 3, 1),
                    "date_end": date(2027, 2, 28),
                    "tenure_start": date(2023, 3, 1),
                    "tenure_months": 38,
                    "manager_id": self.manager.id,
                    "specialist_id": self.agent.id,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(support.minutes_left, 120 + 210)
        self.assertEqual(client.kbs_subscription_id, support)

    def test_second_run_changes_nothing(self):
        self.bring()
        counts = [self.count_all()]
        again = self.bring()
        self.assertEqual(self.verdicts(again), ["same"])
        self.assertEqual(self.count_all(), counts[0])

    def count_all(self):
        return [
            self.env[model].with_context(active_test=False).search_count([])
            for model in (
                "res.partner",
                "kbs.installation",
                "kbs.subscription",
                "kbs.subscription.period",
                "kbs.hour.entry",
                "kbs.import.key",
            )
        ]

    def test_corrected_file_changes_what_was_corrected(self):
        self.bring()
        rows = self.story()
        rows["client"][0]["city"] = "Stepove"
        rows["person"][1]["phone"] = "+380509998877"
        rows["person"][0]["email"] = "o.koval@alpha.example.com"
        rows["copy"][0]["version"] = "8.11"
        rows["support"][0]["price"] = 9900
        rows["hours"][0]["minutes"] = "1:30"
        rows["hours"][1]["minutes"] = "4:00"
        counts = self.count_all()
        again = self.bring(rows)
        self.assertEqual(self.verdicts(again), ["update"])
        client = self.find()
        self.assertEqual(client.city, "Stepove")
        self.assertEqual(
            set(client.child_ids.mapped("phone")), {False, "+380509998877"}
        )
        self.assertIn("o.koval@alpha.example.com", client.child_ids.mapped("email"))
        support = client.kbs_subscription_ids
        self.assertEqual(support.period_ids.price_total, 9900)
        self.assertEqual(support.minutes_left, 90 + 240)
        after = self.count_all()
        self.assertEqual(after[:4], counts[:4])
        self.assertEqual(after[4], counts[4] + 2)  # the ledger is never rewritten

    def test_what_people_changed_here_stays(self):
        self.bring()
        client = self.find()
        client.city = "Kalynivka"
        client.kbs_subscription_ids.specialist_id = self.lead
        client.child_ids.filtered("email").email = "new@alpha.example.com"
        again = self.bring()
        self.assertEqual(self.verdicts(again), ["same"])
        self.assertEqual(client.city, "Kalynivka")
        self.assertEqual(client.kbs_subscription_ids.specialist_id, self.lead)

    def test_client_that_is_known_already_is_not_doubled(self):
        known = self._create_client(
            "Old name", company_registry=ALPHA, phone="044 1234567"
        )
        self.env["res.partner"].create(
            {"name": "OLENA KOVAL", "parent_id": known.id, "type": "contact"}
        )
        check = self.check()
        verdicts = {(x.sheet, x.number): x.verdict for x in check.line_ids}
        self.assertEqual(verdicts["client", 3], "update")
        self.assertEqual(verdicts["person", 3], "update")
        self.assertEqual(verdicts["person", 4], "create")
        self.bring()
        self.assertEqual(self.find(), known)
        self.assertEqual(known.name, f"Client {ALPHA}")
        self.assertEqual(known.phone, "044 1234567")  # the same, written otherwise
        self.assertEqual(len(known.child_ids), 2)

    def test_empty_cell_leaves_what_is_there(self):
        known = self._create_client("School", company_registry=ALPHA, city="Ozerne")
        self.bring({"client": [self.client_row()]})
        self.assertEqual(known.city, "Ozerne")

    def test_nothing_is_written_by_the_dry_run(self):
        counts = self.count_all()
        record = self.check()
        self.assertEqual(record.state, "checked")
        self.assertEqual(self.verdicts(record), ["create"])
        self.assertEqual(self.count_all(), counts)

    def test_client_of_two_contracts_has_two_supports(self):
        rows = {
            "client": [self.client_row()],
            "support": [
                self.support_row(number="1"),
                self.support_row(number="2", plan="prof"),
            ],
            "hours": [
                {
                    "code": ALPHA,
                    "support": "2",
                    "hours_kind": "Bought",
                    "minutes": "5:00",
                    "valid_to": date(2026, 12, 31),
                }
            ],
        }
        self.bring(rows)
        supports = self.find().kbs_subscription_ids.sorted("minutes_left")
        self.assertEqual(len(supports), 2)
        self.assertEqual(supports.plan_id, self.plan("optima") | self.plan("prof"))
        with_hours = supports.filtered(lambda x: x.plan_id == self.plan("prof"))
        self.assertEqual(with_hours.minutes_left, 300)

    def test_only_right_rows_on_request(self):
        rows = self.story()
        rows["client"].append(self.client_row(BETA, email="nonsense"))
        rows["person"].append({"code": BETA, "name": "Nobody"})
        rows["copy"].append({"code": ALPHA, "program": "imp", "number": "A-2",
                             "version": "eight"})  # fmt: skip
        record = self.check(rows)
        self.assertTrue(record.has_faults)
        with self.assertRaisesRegex(Exception, "nothing is imported"):
            record.action_write()
        self.assertFalse(self.find())
        record.is_partial = True
        record.action_write()
        self.assertEqual(record.state, "done")
        self.assertTrue(self.find())
        self.assertFalse(self.find(BETA))
        self.assertEqual(record.fault_count, 3)
        copies = self.env["kbs.installation"].search([("software_id.code", "=", "imp")])
        self.assertEqual(copies.mapped("number"), ["A-1"])

    def test_client_that_fails_leaves_the_others(self):
        rows = self.story()
        rows["client"].append(self.client_row(BETA))
        record = self.check(rows)
        # Somebody sells to the first client between the dry run and the import.
        known = self._create_client("School", company_registry=ALPHA)
        self.sell_paid("prof_3", client=known)
        record.action_write()
        failed = record.line_ids.filtered(lambda x: x.state == "failed")
        self.assertEqual(set(failed.mapped("code")), {ALPHA})
        self.assertIn("was sold in this system", failed[0].error)
        self.assertFalse(known.child_ids)
        self.assertTrue(self.find(BETA))

    def test_large_file_is_written_by_jobs(self):
        from unittest.mock import patch

        path = "odoo.addons.kbs_support.models.kbs_client_import"
        rows = self.story()
        rows["client"].append(self.client_row(BETA))
        record = self.load(rows)
        with patch(f"{path}.SMALL_BYTES", 10), patch(f"{path}.SMALL_ROWS", 1):
            record.action_check()
            self.assertEqual(record.state, "checking")
            record.sudo()._job_check()
            self.assertEqual(record.state, "checked")
            record.action_write()
        self.assertEqual(record.state, "writing")
        self.assertFalse(self.find())
        with patch(f"{path}_write.CLIENTS", 1):
            record.sudo()._job_write()
            self.assertTrue(self.find())
            self.assertFalse(self.find(BETA))
            self.assertTrue(0 < record.progress < 100)
            jobs = self.env["queue.job"].search(
                [("identity_key", "like", f"kbs.client.import-{record.id}-")]
            )
            self.assertEqual(
                sorted(jobs.mapped("method_name")), ["_job_check", "_job_write"]
            )
            for _run in range(3):
                record.sudo()._job_write()
        self.assertEqual((record.state, record.progress), ("done", 100))
        self.assertEqual(len(self.find(BETA)), 1)

    def test_rows_do_not_keep_what_they_said(self):
        record = self.bring()
        self.assertFalse(any(x["values"] for x in record.line_ids))
        keys = self.env["kbs.import.key"].search([("company_id", "=", self.company.id)])
        self.assertNotIn("olena", str(keys.mapped("digests")) + str(keys.mapped("key")))

    def test_file_is_thrown_away_after_a_month(self):
        record = self.bring()
        self.env["kbs.client.import"]._gc_personal_data()
        self.assertTrue(record.file)
        self.env.cr.execute(
            "UPDATE kbs_client_import SET write_date = '2026-04-01' WHERE id = %s",
            [record.id],
        )
        record.invalidate_recordset()
        self.env["kbs.client.import"]._gc_personal_data()
        self.assertFalse(record.file)
        self.assertTrue(record.line_ids)
