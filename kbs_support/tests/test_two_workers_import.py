import base64
from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.tests import tagged

from .import_common import fill
from .test_import_scale import make_code
from .two_workers_common import TwoWorkersCase


@tagged("-standard", "post_install", "-at_install", "kbs_two_workers")
class TestTwoWorkersImport(TwoWorkersCase):
    """The same file in two windows at once makes each client once."""

    def load(self, env, code, name):
        today = fields.Date.today()
        imports = env["kbs.client.import"]
        rows = {
            "client": [{"code": code, "name": name}],
            "person": [
                {"code": code, "name": "Person", "email": f"{name}@example.com"}
            ],
            "support": [
                {
                    "code": code,
                    "plan": env.ref("kbs_support.kbs_plan_optima").name,
                    "term": "12",
                    "chain_start": today,
                    "date_start": today,
                    "date_end": today + timedelta(days=364),
                    "price": 9000,
                    "price_kind": "Regular",
                }
            ],
        }
        record = imports.create(
            {
                "company_id": self.company_id,
                "file": base64.b64encode(fill(imports._make_template(), rows)),
                "file_name": "clients.xlsx",
            }
        )
        record.action_check()
        return record

    def find(self, env, code):
        return env["res.partner"].search(
            [("company_registry", "=", code), ("parent_id", "=", False)]
        )

    def test_two_imports_of_one_client(self):
        # Each run has a client of its own: what was committed stays.
        code, name = make_code(uuid4().int % 900_000), uuid4().hex
        ids = [
            self.committed(lambda env: self.load(env, code, name)) for _x in range(2)
        ]

        def write(record_id):
            def work(env):
                record = env["kbs.client.import"].browse(record_id)
                record.action_write()
                return record.line_ids.mapped("state")

            return work

        outcomes = self.race(*(write(x) for x in ids))
        self.assertEqual(outcomes, [["done"] * 3] * 2)
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            clients = self.find(env, code)
            self.assertEqual(len(clients), 1)
            self.assertEqual(len(clients.child_ids), 1)
            self.assertEqual(len(clients.kbs_subscription_ids), 1)
            self.assertEqual(clients.kbs_subscription_ids.state, "active")

    def test_two_clicks_on_one_import(self):
        code, name = make_code(uuid4().int % 900_000), uuid4().hex
        record_id = self.committed(lambda env: self.load(env, code, name))

        def write(env):
            return env["kbs.client.import"].browse(record_id).action_write()

        first, second = self.race(write, write)
        self.assertIs(first, True)
        self.assertIsInstance(second, Exception)
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            clients = self.find(env, code)
            self.assertEqual(len(clients), 1)
