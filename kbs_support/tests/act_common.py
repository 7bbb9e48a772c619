from datetime import date

from .common import KbsCase


class ActCase(KbsCase):
    """A client with ОПТИМА from 15.01.2026 to 14.01.2027, paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"kbs_act_since": "2020-01-01", "kbs_act_frequency": "month"})
        cls.period = cls.sell_days("optima_12", "2026-01-15", "2027-01-14")
        cls.sub = cls.period.subscription_id
        cls.reason = cls.env["kbs.pause.reason"].search([], limit=1)

    @classmethod
    def sell_days(cls, name, first, last, client=None, is_paid=True):
        """A period of these days, whenever it was sold."""
        order = (cls.sell_paid if is_paid else cls.sell)(name, client=client)
        period = order.order_line.kbs_period_ids
        period.write(
            {
                "starts_on_payment": False,
                "date_start": first,
                "chain_start": first,
                "sold_until": last,
            }
        )
        return period

    @classmethod
    def make(cls, until="2027-12-31", subs=None):
        """The drafts that the job of the day after ``until`` makes."""
        cls.env.flush_all()
        acts = cls.env["kbs.act"]._make_sudo(
            cls.sub if subs is None else subs, date.fromisoformat(until)
        )
        return acts.sorted("date_start")

    @classmethod
    def issue(cls, until="2026-04-30", subs=None):
        acts = cls.make(until, subs)
        acts.action_issue()
        return acts

    @classmethod
    def guarantee(cls, period, until):
        return cls.env["kbs.guarantee"].create(
            {
                "period_id": period.id,
                "date_until": until,
                "reason": "Budget is approved in June",
                "letter": b"bGV0dGVy",
            }
        )

    @classmethod
    def pause(cls, start, end=False):
        return cls.env["kbs.pause"].create(
            {
                "subscription_id": cls.sub.id,
                "reason_id": cls.reason.id,
                "date_start": start,
                "date_end": end,
            }
        )

    def stretches(self, acts):
        return [(str(x.date_start), str(x.date_end)) for x in acts]

    def total(self, acts):
        return round(sum(acts.mapped("amount_total")), 2)
