import base64
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command, api, models


class KbsDemo(models.AbstractModel):
    """Makes the subscriptions of the demo database, by selling them.

    Called by the demo data only. Dates are counted from today, so that a demo
    database shows subscriptions in every state whenever it is made.
    """

    _name = "kbs.demo"
    _description = "Demo Sales of Support"

    @api.model
    def _sell(self):
        """Sell to the demo clients what gives subscriptions in every state."""
        self = self.with_context(
            lang="uk_UA", tz="Europe/Kyiv", kbs_allow_past=True
        ).with_company(self.env.ref("kbs_support.demo_company"))
        self._sell_active()
        self._sell_not_active()
        self._sell_renewed()
        self._pause()
        self._quote()
        self._renew()
        self._upgrade()
        self._revise()

    @api.model
    def _sell_active(self):
        today = self._today()
        self._sell_one("hospital", "optima_12", today - relativedelta(months=5))
        self._sell_one("school", "prof_budget_year", today)
        self._sell_one("council", "premium_12", today - relativedelta(months=11))
        guaranteed = self._sell_one(
            "museum", "optima_6", today.replace(day=1), paid=False
        )
        self._guarantee(guaranteed, today + timedelta(days=30))

    @api.model
    def _sell_not_active(self):
        today = self._today()
        self._sell_one("college", "optima_9", today + timedelta(days=10))
        self._sell_one(
            "kindergarten", "prof_3", today - relativedelta(months=3, days=5)
        )
        self._sell_one("library", "prof_1", today - relativedelta(months=3))
        self._sell_one("clinic", "premium_3", today, paid=False)
        self._sell_one("sports", "prof_6", today, paid=False)._action_cancel()
        closed = self._sell_one("culture", "prof_3", today - relativedelta(months=8))
        closed._kbs_get_subscriptions_sudo()._close(
            self.env.ref("kbs_support.kbs_close_reason_liquidated")
        )

    @api.model
    def _sell_renewed(self):
        start = self._today() - relativedelta(months=11, days=10)
        first = self._sell_one("education", "optima_12", start)
        self._sell_one(
            "education",
            "optima_12",
            subscription=first._kbs_get_subscriptions_sudo(),
            pricelist="loyalty",
        )

    @api.model
    def _pause(self):
        today = self._today()
        order = self._sell_one("archive", "prof_12", today - relativedelta(months=7))
        self.env["kbs.pause"].create(
            {
                "subscription_id": order._kbs_get_subscriptions_sudo().id,
                "reason_id": self.env.ref(
                    "kbs_support.kbs_pause_reason_mobilisation"
                ).id,
                "date_start": today - timedelta(days=20),
                "note": "Лист установи про мобілізацію бухгалтера",
            }
        )

    @api.model
    def _quote(self):
        council = self._get_subscription("council")
        self._quote_one("council", "premium_12", subscription=council,
                        pricelist="loyalty")  # fmt: skip
        self._quote_one("forest", "optima_3", self._today())

    @api.model
    def _renew(self):
        """Open the renewals of the window, send one offer, and prepare a run."""
        self.env["kbs.renewal"]._open(
            self.env["kbs.subscription"].search(
                [
                    ("state", "in", ("active", "grace")),
                    ("date_end", "<=", self._today() + timedelta(days=60)),
                ]
            )
        )
        term = self.env.ref("kbs_support.kbs_term_3")
        kindergarten = self._get_subscription("kindergarten")
        kindergarten._create_renewal_order(term).action_quotation_sent()
        kindergarten.renewal_id._note_contact("promised")
        seller = self.env.ref("kbs_support.demo_user_sales")
        run = self.env["kbs.renewal.run"].with_user(seller).create({})
        run._add(self._get_subscription("school"))

    @api.model
    def _upgrade(self):
        """Offer the hospital a better plan from tomorrow on."""
        hospital = self._get_subscription("hospital")
        change = hospital._quote_change(
            self.env.ref("kbs_support.kbs_plan_premium"),
            self._today() + timedelta(days=1),
        )
        hospital._create_change_order(change, "Клієнт просить лінію 24/7")

    @api.model
    def _get_subscription(self, client):
        partner = self.env.ref(f"kbs_support.demo_partner_{client}")
        return self.env["kbs.subscription"].search([("partner_id", "=", partner.id)])

    @api.model
    def _revise(self):
        """Prepare the prices of the next year, for somebody to look at and apply."""
        revision = self.env["kbs.price.revision"].create(
            {
                "date_from": self._today() + relativedelta(years=1, month=1, day=1),
                "percent": 10,
                "rounding": "10",
            }
        )
        revision.action_calculate()

    @api.model
    def _today(self):
        return self.env.company._kbs_today()

    @api.model
    def _quote_one(
        self, client, product, start=None, subscription=None, pricelist="regular"
    ):
        values = {"product_id": self.env.ref(
            f"kbs_support.product_product_kbs_{product}").id}  # fmt: skip
        if start:
            values["kbs_date_start"] = start
        return self.env["sale.order"].create(
            {
                "partner_id": self.env.ref(f"kbs_support.demo_partner_{client}").id,
                "user_id": self.env.ref("kbs_support.demo_user_manager").id,
                "company_id": self.env.company.id,
                "kbs_subscription_id": subscription.id if subscription else False,
                "pricelist_id": self.env.ref(
                    f"kbs_support.product_pricelist_kbs_{pricelist}"
                ).id,
                "order_line": [Command.create(values)],
            }
        )

    @api.model
    def _sell_one(self, client, product, start=None, paid=True, **kwargs):
        """Sell ``product`` to ``client``; paid on the first day of coverage."""
        order = self._quote_one(client, product, start, **kwargs)
        order.action_confirm()
        if paid:
            self._pay(order.invoice_ids, min(start or self._today(), self._today()))
        subscription = order._kbs_get_subscriptions_sudo()
        if subscription.plan_id.has_specialist and client != "museum":
            subscription.specialist_id = self.env.ref("kbs_support.demo_user_agent")
        return order

    @api.model
    def _pay(self, invoices, day):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        ).create({"payment_date": day})._create_payments()

    @api.model
    def _guarantee(self, order, day):
        manager = self.env.ref("kbs_support.demo_user_manager")
        self.env["kbs.guarantee"].with_user(manager).create(
            {
                "period_id": order._kbs_get_periods_sudo().id,
                "date_until": day,
                "reason": "Гарантійний лист: оплата після затвердження кошторису",
                "letter": base64.b64encode("Гарантуємо оплату.".encode()),
                "letter_name": "Гарантійний лист.txt",
            }
        )
