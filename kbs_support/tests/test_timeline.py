import doctest
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from ..tools import timeline
from ..tools.timeline import PeriodFact, build_timeline
from ..tools.wording import format_count
from .common import TODAY
from .test_pause import PauseCase

NOW = date(2026, 5, 14)


def day(text):
    return date.fromisoformat(f"2026-{text}")


def fact(start, end, plan="prof", **values):
    return PeriodFact(day(start), day(end), plan, **values)


@tagged("post_install", "-at_install")
class TestTimelineArithmetic(PauseCase):
    """The tenure as a row of segments, by tables."""

    def draw(self, periods, pauses=(), transfers=(), today=NOW):
        found = []
        for x in build_timeline(periods, list(pauses), list(transfers), today):
            end = f"–{x.date_end:%m-%d}" if x.date_end else ""
            text = f"{x.kind} {x.date_start:%m-%d}{end}"
            text += f" {x.days}" if x.days else ""
            text += f" {x.note}" if x.note else ""
            found.append(text + (" *" if x.is_current else ""))
        return found

    def test_doctests_hold(self):
        self.assertEqual(doctest.testmod(timeline).failed, 0)
        self.assertGreater(doctest.testmod(timeline).attempted, 0)

    def test_table(self):
        jan, feb = fact("01-01", "01-31"), fact("02-01", "02-28")
        for name, arguments, expected in (
            ("nothing sold", ([],), []),
            ("nothing sold, though transferred", ([], [], [(NOW, 1)]), []),
            ("one", ([jan],), ["period 01-01–01-31 31", "now 05-14"]),
            (
                "without a gap",
                ([feb, jan],),
                ["period 01-01–01-31 31", "period 02-01–02-28 28", "now 05-14"],
            ),
            (
                "a gap",
                ([jan, fact("02-11", "06-10")],),
                [
                    "period 01-01–01-31 31",
                    "gap 02-01–02-10 10",
                    "period 02-11–06-10 120 *",
                    "now 05-14",
                ],
            ),
            (
                "in grace: sold after the end, and without a gap",
                ([jan, fact("02-01", "02-28", sold_on=day("02-05"))],),
                ["period 01-01–01-31 31", "period 02-01–02-28 28 grace", "now 05-14"],
            ),
            (
                "a first period may be sold on its first day",
                ([fact("01-01", "01-31", sold_on=day("01-01"))],),
                ["period 01-01–01-31 31", "now 05-14"],
            ),
            (
                "what nobody paid for covers nothing and fills no gap",
                (
                    [
                        jan,
                        fact("02-01", "02-28", is_covering=False),
                        fact("03-01", "03-31"),
                    ],
                ),
                [
                    "period 01-01–01-31 31",
                    "gap 02-01–02-28 28",
                    "period 02-01–02-28 28 unpaid",
                    "period 03-01–03-31 31",
                    "now 05-14",
                ],
            ),
            (
                "change of plan",
                ([jan, fact("02-01", "02-28", "optima")],),
                [
                    "period 01-01–01-31 31",
                    "plan 02-01",
                    "period 02-01–02-28 28",
                    "now 05-14",
                ],
            ),
            (
                "a pause is no service",
                ([jan], [(day("01-10"), day("01-14"), None)]),
                ["period 01-01–01-31 26", "pause 01-10–01-14 5", "now 05-14"],
            ),
            (
                "a pause that lasts",
                ([fact("05-01", "05-31")], [(day("05-10"), None, None)]),
                [
                    "period 05-01–05-31 31 *",
                    "pause 05-10 5 open *",
                    "now 05-14",
                ],
            ),
            (
                "a planned pause",
                ([fact("05-01", "06-30")], [(day("06-10"), None, None)]),
                ["period 05-01–06-30 61 *", "now 05-14", "pause 06-10 open"],
            ),
            (
                "transfer on the first day of a period",
                ([jan, feb], [], [(day("02-01"), None)]),
                [
                    "period 01-01–01-31 31",
                    "transfer 02-01",
                    "period 02-01–02-28 28",
                    "now 05-14",
                ],
            ),
        ):
            with self.subTest(name):
                self.assertEqual(self.draw(*arguments), expected)

    def test_numbers_are_inflected(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        env = self.env(context={"lang": "uk_UA"})
        for unit, number, text in (
            ("month", 1, "1 місяць"),
            ("month", 2, "2 місяці"),
            ("month", 26, "26 місяців"),
            ("day", 1, "1 день"),
            ("day", 45, "45 днів"),
            ("day", 22, "22 дні"),
        ):
            self.assertEqual(format_count(env, unit, number), text)
        self.assertEqual(format_count(self.env, "day", 1), "1 day")


@tagged("post_install", "-at_install")
class TestTimeline(PauseCase):
    """The timeline on the form of a subscription."""

    def html(self, sub=None, user=None):
        self.env.invalidate_all()
        return str((sub or self.sub).with_user(user or self.agent).timeline_html)

    def test_everybody_who_reads_sees_the_story(self):
        self.pause(date(2026, 6, 1), date(2026, 6, 10), note="Order No. 7")
        with freeze_time("2026-08-25 09:00:00"):  # two days in the grace
            order = self.renew(self.order, "optima_3", pricelist_id=self.loyalty.id)
            order.action_confirm()
            self.pay(order)
        with freeze_time("2027-02-01 09:00:00"):
            anew = self.renew(self.order, "premium_1")
            anew.action_confirm()
            for user in (self.agent, self.lead, self.salesman, self.accountant):
                with self.subTest(user=user.login):
                    html = self.html(user=user)
                    self.assertIn("Pause: Mobilisation", html)
                    self.assertIn("Order No. 7", html)
                    self.assertIn("renewed within the grace", html)
                    self.assertIn("Loyalty", html)
                    self.assertIn("not paid", html)
            self.pay(anew)
            html = self.html()
            self.assertIn("Gap of 69 days: the tenure began anew", html)
            self.assertIn("Change of plan: OPTIMA → PREMIUM", html)
            self.assertIn("Tenure: 0 months, since 02/01/2027", html)
            # The newest is on top.
            self.assertLess(html.index("02/01/2027 –"), html.index("05/14/2026 –"))

    def test_nothing_sold_yet(self):
        sub = self.env["kbs.subscription"].create({"partner_id": self.client.id})
        html = self.html(sub)
        self.assertIn("Nothing has been sold yet", html)
        self.assertNotIn("Tenure:", html)

    def test_what_people_type_is_escaped(self):
        self.pause(TODAY, note="<img src=x onerror=alert(1)>")
        self.assertNotIn("<img", self.html())
        self.assertIn("&lt;img", self.html())

    def test_guaranteed_and_cancelled(self):
        order = self.sell("prof_1", client=self._create_client("Museum"))
        sub = self.subscription(order)
        self.env["kbs.guarantee"].create(
            {
                "period_id": self.period(order).id,
                "date_until": "2026-06-30",
                "reason": "test",
                "letter": b"bGV0dGVy",
            }
        )
        self.assertIn("guaranteed until 06/30/2026", self.html(sub))
        order._action_cancel()
        self.assertIn("Nothing has been sold yet", self.html(sub))

    def test_thirty_periods_and_fifty_subscriptions(self):
        """As many queries for one period as for thirty, and for fifty clients."""
        subs = self.sub
        for number in range(49):
            subs |= self.sub.copy(
                {"partner_id": self._create_client(f"C{number}").id, "name": "/"}
            )
        values, start = [], TODAY
        for sub in subs:
            for number in range(30 if sub == subs[-1] else 1):
                first = start + timedelta(days=31 * number + 400)
                values.append(
                    {
                        "subscription_id": sub.id,
                        "plan_id": self.plan("prof").id,
                        "term_id": self.env.ref("kbs_support.kbs_term_1").id,
                        "currency_id": self.company.currency_id.id,
                        "date_start": first,
                        "sold_until": first + timedelta(days=29),
                    }
                )
        self.env["kbs.subscription.period"].create(values)
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            records = records.browse(records.ids)
            before = self.env.cr.sql_log_count
            records.mapped("timeline_html")
            return self.env.cr.sql_log_count - before

        count(subs[1:2])
        one = count(subs[1:2])
        self.assertEqual(one, count(subs[-1:]))
        self.assertEqual(one, count(subs[1:]))
        self.assertEqual(str(subs[-1:].timeline_html).count("<li"), 31)
