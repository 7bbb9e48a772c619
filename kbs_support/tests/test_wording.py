from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools.wording import nest_quotes
from .common import KbsCase

NAME = "КНП «Центральна лікарня»"
INNER = "КНП „Центральна лікарня“"


@tagged("post_install", "-at_install")
class TestWording(KbsCase):
    """Quotation marks inside of quotation marks are other ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("uk_UA")
        cls.hospital = cls._create_client(NAME)

    def uk(self, records):
        return records.with_context(lang="uk_UA")

    def test_names_between_quotation_marks(self):
        uk, en = self.uk(self.env["res.partner"]).env, self.env
        for name, inner in (
            (NAME, INNER),
            ("«А» і «Б»", "„А“ і „Б“"),
            ("ТОВ „А“", "ТОВ „А“"),
            ("Об’єднання", "Об’єднання"),
            ("", ""),
            (False, False),
        ):
            self.assertEqual(nest_quotes(uk, name), inner)
            self.assertEqual(nest_quotes(en, name), name)

    def test_client_orders_in_the_name_of_his_institution(self):
        order = self.uk(self.quote(client=self.hospital))
        self.assertIn(f"«{INNER}»", order._kbs_tell_portal_promise())

    def test_client_without_support(self):
        words = self.uk(self.env["kbs.subscription"])._tell_never_sold(self.hospital)
        self.assertIn(f"«{INNER}»", words)

    def test_opportunity_of_a_renewal(self):
        order = self.sell_paid("optima_3", client=self.hospital)
        support = self.subscription(order)
        support._create_renewal_order(self.env.ref("kbs_support.kbs_term_3"))
        lead = self.uk(support.renewal_id.lead_id)
        lead.name = NAME
        with self.assertRaisesRegex(UserError, f"«{INNER}»"):
            lead.unlink()
