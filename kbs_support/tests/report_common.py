from datetime import datetime, time

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from .common import KbsCase


class ReportCase(KbsCase):
    """The story of a spring, told on its days: all that moves the figures once.

    Prices of the page: ПРОФ 2,460 a month, 15,300 for a budget year; ОПТИМА 6,420 a
    month, 36,720 for six, 69,840 for twelve, 16,830 for three by loyalty.
    """

    @classmethod
    def at(cls, day):
        """Noon in Kyiv of ``day`` (ISO)."""
        return freeze_time(f"{day} 09:00:00")

    @classmethod
    def sell_on(cls, day, name, client=None, is_paid=True, **kwargs):
        """An order of ``day``; return its subscription."""
        with cls.at(day):
            client = client or cls._create_client(f"{name} of {day}")
            sell = cls.sell_paid if is_paid else cls.sell
            return cls.subscription(sell(name, client=client, **kwargs))

    @classmethod
    def renew_on(cls, day, subscription, term):
        with cls.at(day):
            term = cls.env.ref(f"kbs_support.kbs_term_{term}")
            order = subscription._create_renewal_order(term)
            order.action_confirm()
            cls.pay(order)
            return order

    @classmethod
    def change_on(cls, day, subscription, plan):
        with cls.at(day):
            change = subscription._quote_change(
                cls.plan(plan), datetime.fromisoformat(day).date()
            )
            order = subscription._create_change_order(change, "Test")
            order.action_confirm()
            cls.pay(order)
            return order

    @classmethod
    def pause(cls, subscription, first, last):
        with cls.at(first):
            return cls.env["kbs.pause"].create(
                {
                    "subscription_id": subscription.id,
                    "reason_id": cls.env.ref(
                        "kbs_support.kbs_pause_reason_relocation"
                    ).id,
                    "date_start": first,
                    "date_end": last,
                }
            )

    @classmethod
    def guarantee(cls, subscription, day, until):
        with cls.at(day):
            cls.env["kbs.guarantee"].create(
                {
                    "period_id": subscription.period_ids.id,
                    "date_until": until,
                    "reason": "Letter",
                    "letter": b"bGV0dGVy",
                    "letter_name": "letter.pdf",
                }
            )

    @classmethod
    def tell(cls):
        """Make the story; ``cls.stays`` and the others are its subscriptions."""
        cls.stays = cls.sell_on("2026-01-10", "optima_3")
        cls.renew_on("2026-04-01", cls.stays, "3")
        cls.returns = cls.sell_on("2026-02-05", "prof_1")
        cls.upgraded = cls.sell_on("2026-01-15", "prof_12")
        cls.change_on("2026-03-15", cls.upgraded, "optima")
        cls.paused = cls.sell_on("2026-02-01", "optima_6")
        cls.pause(cls.paused, "2026-03-20", "2026-04-10")
        cls.refunded = cls.sell_on("2026-03-01", "prof_3")
        with cls.at("2026-04-15"):
            cls.credit(cls.refunded.period_ids.order_id.invoice_ids)
        cls.guaranteed = cls.sell_on("2026-03-10", "prof_3", is_paid=False)
        cls.guarantee(cls.guaranteed, "2026-03-10", "2026-04-20")
        cls.budget = cls.sell_on(
            "2026-03-20", "prof_budget_year", line={"kbs_date_start": "2026-01-01"}
        )
        cls.shortened = cls.sell_on("2026-01-20", "prof_1")
        cls.renew_on("2026-02-10", cls.shortened, "budget_year")
        cls.late = cls.sell_on("2026-03-05", "prof_1")
        cls.renew_on("2026-04-12", cls.late, "1")
        cls.stopped = cls.sell_on("2026-02-10", "optima_3")
        with cls.at("2026-03-20"):
            reason = cls.env.ref("kbs_support.kbs_close_reason_no_budget")
            day = datetime(2026, 3, 20).date()
            cls.notes = cls.stopped._leave_at_once(reason, day)
        cls.added = cls.sell_on("2026-03-01", "prof_3", client=cls.stays.partner_id)
        cls.renew_on("2026-05-02", cls.returns, "3")
        cls.env.flush_all()
        # Time alone has moved what a guarantee carried.
        for model, domain, name in cls.returns._get_due():
            model.search(domain).modified([name])
        cls.env.flush_all()

    @classmethod
    def take_over(cls, first, last, price, name="optima", term="12", **values):
        """A period that was sold and paid elsewhere, as the import writes it."""
        client = cls._create_client(f"From elsewhere, {first}")
        subscription = cls.env["kbs.subscription"].create(
            {"partner_id": client.id, "company_id": cls.company.id,
             "plan_id": cls.plan(name).id}
        )  # fmt: skip
        cls.env["kbs.subscription.period"].create(
            {
                "subscription_id": subscription.id,
                "plan_id": cls.plan(name).id,
                "term_id": cls.env.ref(f"kbs_support.kbs_term_{term}").id,
                "currency_id": cls.company.currency_id.id,
                "date_start": first,
                "date_end": last,
                "sold_until": last,
                "chain_start": first,
                "price_total": price,
                "price_kind": "regular",
                "opened_on": "2026-05-14",
                "opened_from": "clients.xlsx, row 3",
                **values,
            }
        )
        cls.env.flush_all()
        return subscription

    def count(self, name):
        """Count the report ``name`` and return its model."""
        model = self.env[f"kbs.report.{name}"]
        self.assertTrue(model._count_sudo(self.company))
        return model


def months_between_months(first, last):
    """Yield the first days of the months from ``first`` to ``last``."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month += relativedelta(months=1)


def noon(day):
    return freeze_time(datetime.combine(day, time(9)))
