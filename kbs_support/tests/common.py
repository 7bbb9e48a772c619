from contextlib import nullcontext
from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

# Noon in Kyiv on a plain working day, far from ends of months and years.
TODAY = date(2026, 5, 14)
NOON = "2026-05-14 09:00:00"
COMPANY, SPARE_COMPANY = "SOFTKOM test", "Spare company"


@tagged("post_install", "-at_install")
class KbsCase(TransactionCase):
    """A Ukrainian company, its people by role, and a clock that stands still.

    Tests that need another day freeze it themselves, for a few lines.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time(NOON)
        freezer.start()
        cls.addClassCleanup(freezer.stop)
        cls.env = cls.env(
            context=dict(cls.env.context, tracking_disable=True, lang="en_US")
        )
        cls.company = cls._create_company(COMPANY)
        cls.env.user.company_ids |= cls.company
        cls.env.user.company_id = cls.company
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
        )
        cls.regular = cls.env.ref("kbs_support.product_pricelist_kbs_regular")
        cls.loyalty = cls.env.ref("kbs_support.product_pricelist_kbs_loyalty")
        cls.client = cls._create_client("School No. 1")
        cls._create_users()

    @classmethod
    def _create_company(cls, name):
        """A company with its chart; the database may have it, see :func:`prepare`."""
        ready = SPARE_COMPANY if name != COMPANY else name
        company = cls.env["res.company"].search([("name", "=", ready)], limit=1)
        if company:
            company.name = name
            return company
        return cls._make_company(name)

    @classmethod
    def _make_company(cls, name):
        company = cls.env["res.company"].create(
            {
                "name": name,
                "country_id": cls.env.ref("base.ua").id,
                "currency_id": cls.env.ref("base.UAH").id,
            }
        )
        cls.env["account.chart.template"].try_loading(
            "ua_psbo", company=company, install_demo=False
        )
        return company

    @classmethod
    def _create_client(cls, name, **values):
        return cls.env["res.partner"].create(
            {"name": name, "is_company": True, "company_id": False, **values}
        )

    @classmethod
    def _create_users(cls):
        def user(login, groups):
            ready = cls.env["res.users"].search([("login", "=", login)])
            return ready or new_test_user(
                cls.env,
                login,
                groups=groups,
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )

        cls.salesman = user("kbs_salesman", "sales_team.group_sale_salesman")
        cls.accountant = user("kbs_accountant", "account.group_account_invoice")
        cls.agent = user("kbs_agent", "kbs_support.group_kbs_agent")
        cls.lead = user("kbs_lead", "kbs_support.group_kbs_lead")
        cls.manager = user(
            "kbs_manager",
            "kbs_support.group_kbs_manager,sales_team.group_sale_manager",
        )
        cls.reader = user("kbs_reader", "kbs_support.group_kbs_report")

    @classmethod
    def _create_portal_user(cls, login, partner, **values):
        """A client's account: ``partner`` is the person."""
        return new_test_user(
            cls.env,
            login,
            groups="base.group_portal",
            partner_id=partner.id,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            **values,
        )

    # === WHAT PEOPLE DO === #

    @classmethod
    def product(cls, name):
        """Variant by name: ``optima_3``, ``prof_budget_year``, ``hour``."""
        return cls.env.ref(f"kbs_support.product_product_kbs_{name}")

    @classmethod
    def plan(cls, code):
        return cls.env.ref(f"kbs_support.kbs_plan_{code}")

    @classmethod
    def quote(cls, name="optima_3", client=None, user=None, line=None, **values):
        """A quotation with one plan line, made by ``user`` (superuser by default)."""
        orders = cls.env["sale.order"]
        if user:
            orders = orders.with_user(user)
        return orders.create(
            {
                "partner_id": (client or cls.client).id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create({"product_id": cls.product(name).id, **(line or {})})
                ],
                **values,
            }
        )

    @classmethod
    def sell(cls, *args, **kwargs):
        """A confirmed, invoiced and unpaid order."""
        order = cls.quote(*args, **kwargs)
        order.action_confirm()
        return order

    @classmethod
    def pay(cls, order, on=None, amount=None):
        """Register the payment of the order's open invoices, as the accountant does.

        :return: the payments
        """
        invoices = order.invoice_ids.filtered(
            lambda x: x.move_type == "out_invoice" and x.state == "posted"
        ).filtered(lambda x: x.payment_state in ("not_paid", "partial"))
        if len(order) > 10:
            # One long transaction has no statistics, and PostgreSQL takes the tables
            # of the payments for empty: minutes instead of seconds.
            cls.env.flush_all()
            cls.env.cr.execute("ANALYZE account_move, account_move_line")
        wizard = cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        )
        values = {"payment_date": on or date.today()}
        if amount:
            values["amount"] = amount
        return wizard.create(values)._create_payments()

    @classmethod
    def sell_paid(cls, *args, **kwargs):
        order = cls.sell(*args, **kwargs)
        cls.pay(order)
        return order

    @classmethod
    def credit(cls, invoice, amount=None):
        """Post a credit note of ``invoice``, of ``amount`` or in full."""
        wizard = (
            cls.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "test"})
        )
        refund = cls.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if amount:
            refund.invoice_line_ids.price_unit = amount
        refund.action_post()
        return refund

    @classmethod
    def renew(cls, order, name, **kwargs):
        """A quotation that renews what ``order`` sold."""
        subscription = cls.subscription(order)
        return cls.quote(name, kbs_subscription_id=subscription.id, **kwargs)

    @classmethod
    def period(cls, order):
        return order.order_line.kbs_period_ids

    @classmethod
    def subscription(cls, order):
        return cls.period(order).subscription_id

    def run_daily_job(self):
        """Run the cron as Odoo does, in the transaction of the test."""
        self.run_job("subscription_states")

    def run_job(self, name):
        """Run the cron ``ir_cron_kbs_<name>`` as Odoo does."""
        cron = self.env.ref(f"kbs_support.ir_cron_kbs_{name}")
        # A browser test is in that mode already.
        is_browser = isinstance(self, HttpCase)
        with nullcontext() if is_browser else self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()


def prepare(env):
    """Make the companies and the people of the tests in the database, once for all.

    They take seconds, and each class of tests would make them anew. Without them the
    classes do so.
    """
    case = type("Prepared", (KbsCase,), {"env": env(context={"lang": "en_US"})})
    for name in (COMPANY, SPARE_COMPANY):
        if not env["res.company"].search_count([("name", "=", name)]):
            case.company = case._make_company(name)
    case.company = env["res.company"].search([("name", "=", COMPANY)])
    case._create_users()
    env.cr.commit()
