import psycopg2

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .updates_common import UpdatesCase


@tagged("post_install", "-at_install")
class TestInstallation(UpdatesCase):
    """A client's copy of a program."""

    def test_number_is_one_whatever_its_letters(self):
        self.copy("AB-1")
        for number in ("AB-1", "ab-1"):
            with (
                self.subTest(number=number),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.UniqueViolation),
                self.cr.savepoint(),
            ):
                self.copy(number, client=self._create_client("Other"))
        self.copy("AB-1", software=self.payroll)
        other = self._create_company("Another company")
        self.copy("AB-1", company_id=other.id)

    def test_edition_belongs_to_the_program(self):
        edition = self.env["kbs.edition"].create(
            {"name": "For schools", "software_id": self.payroll.id}
        )
        with self.assertRaisesRegex(ValidationError, "For schools"):
            self.copy("1", edition_id=edition.id)
        copy = self.copy("1", software=self.payroll, edition_id=edition.id)
        with self.assertRaisesRegex(ValidationError, "For schools"):
            copy.software_id = self.accounting

    def test_support_belongs_to_the_client(self):
        support = self.subscription(self.sell_paid("optima_3"))
        self.copy("1", subscription_id=support.id)
        with self.assertRaisesRegex(ValidationError, support.name):
            self.copy(
                "2", client=self._create_client("Other"), subscription_id=support.id
            )

    def test_another_company_sees_nothing(self):
        copy = self.copy("1")
        other = self._create_company("Another company")
        stranger = new_test_user(
            self.env,
            "kbs_other",
            groups="kbs_support.group_kbs_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        own = copy.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(own.search([("id", "=", copy.id)]))
        self.assertFalse(own.has_access("read"))
        self.assertTrue(copy.with_user(self.agent).has_access("write"))

    def test_table_of_rights(self):
        copy = self.copy("1")
        portal = self._create_portal_user(
            "kbs_portal", self.env["res.partner"].create({"name": "P"})
        )
        for user, allowed in (
            (self.agent, "rwc"),
            (self.manager, "rwcd"),
            (self.salesman, "r"),
            (self.reader, "r"),
            (portal, ""),
            (self.env.ref("base.public_user"), ""),
        ):
            found = "".join(
                letter
                for letter, operation in zip(
                    "rwcd", ("read", "write", "create", "unlink"), strict=True
                )
                if copy.with_user(user).has_access(operation)
            )
            with self.subTest(user=user.login):
                self.assertEqual(found, allowed)

    def test_who_told_the_version_and_when(self):
        copy = self.copy("1")
        self.assertFalse(copy.last_seen or copy.seen_by)
        copy.place = "Cashier"
        self.assertFalse(copy.last_seen)
        copy.version = "8.9"
        self.assertEqual(copy.seen_by, "us")
        self.assertEqual(copy.last_seen, fields.Datetime.now())
        copy._tell_version_sudo("8.10")
        self.assertEqual((copy.version, copy.seen_by), ("8.10", "client"))
        told = self.copy("2", version="8.10")
        self.assertEqual((told.seen_by, bool(told.last_seen)), ("us", True))
