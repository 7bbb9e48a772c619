from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import BaseCase, tagged

from ..tools.entitlement import Reach, get_answer, get_last_own, is_fix_of_last
from ..tools.versions import version_key
from .common import TODAY
from .scale_common import ScaleMixin
from .updates_common import UpdatesCase

END = date(2026, 8, 13)  # of three months that begin on TODAY
ONE_DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestEntitlementArithmetic(BaseCase):
    """Rule E7 over dates."""

    def test_day_of_the_release_decides(self):
        covered, over = Reach(END, is_covered=True), Reach(END)
        for dated, reach, is_allowed, reason in (
            (END - ONE_DAY, covered, True, "covered"),
            (END, covered, True, "covered"),
            (END + ONE_DAY, covered, False, "after_end"),
            (END - ONE_DAY, over, True, "previous"),
            (END, over, True, "previous"),
            (END + ONE_DAY, over, False, "after_end"),
            (date(2001, 1, 1), over, True, "previous"),
            (END, Reach(), False, "never"),
        ):
            answer = get_answer(reach, "maintain", dated)
            with self.subTest(dated=dated, reach=reach):
                self.assertEqual((answer.is_allowed, answer.reason),
                                 (is_allowed, reason))  # fmt: skip
                self.assertEqual(answer.day, reach.until)

    def test_strategies(self):
        before, after = END, END + ONE_DAY
        covered, over = Reach(END, is_covered=True), Reach(END)
        paused = Reach(END, is_paused=True)
        for strategy, reach, dated, is_fix, expected in (
            ("maintain", over, before, False, "previous"),
            ("maintain", over, after, True, "bug_fix"),
            ("maintain", over, after, False, "after_end"),
            ("maintain", paused, after, False, "paused"),
            ("maintain", paused, before, False, "previous"),
            ("restrict", over, before, False, "previous"),
            ("restrict", over, after, True, "after_end"),
            ("restrict", covered, before, False, "covered"),
            ("revoke", over, before, False, "revoked"),
            ("revoke", paused, before, False, "paused"),
            ("revoke", covered, before, False, "covered"),
            ("revoke", covered, after, True, "after_end"),
        ):
            answer = get_answer(reach, strategy, dated, is_fix)
            with self.subTest(strategy=strategy, reach=reach, dated=dated):
                self.assertEqual(answer.reason, expected)
                self.assertEqual(
                    answer.is_allowed, expected in ("covered", "previous", "bug_fix")
                )

    def test_last_own_version_is_the_highest_and_not_the_latest(self):
        k8, k9, k89 = map(version_key, ("8", "9", "8.9"))
        versions = [
            (k9, END - ONE_DAY, k9),
            (k89, END, k89),  # the older line, released later
            (version_key("10"), END + ONE_DAY, version_key("10")),
            (k8, END - ONE_DAY, k8),
        ]
        self.assertEqual(get_last_own(versions, END), k9)
        self.assertIsNone(get_last_own(versions, None))
        self.assertIsNone(get_last_own([], END))

    def test_corrections_of_the_last_version(self):
        k8, k81, k82, k9, k91 = map(version_key, ("8", "8.1", "8.2", "9", "9.1"))
        late = END + ONE_DAY
        versions = [(k8, END, k8), (k82, late, k8), (k9, late, k9), (k91, late, k9)]
        self.assertTrue(is_fix_of_last(k8, versions, END))
        self.assertFalse(is_fix_of_last(k9, versions, END))
        self.assertFalse(is_fix_of_last(k8, versions, None))
        # The last own version is a correction itself.
        versions.append((k81, END, k8))
        self.assertTrue(is_fix_of_last(k8, versions, END))
        self.assertFalse(is_fix_of_last(k81, versions, END))


@tagged("post_install", "-at_install")
class TestEntitlement(UpdatesCase):
    """Rule E7 with supports that are sold and paid."""

    def ask(self, release, partner=None, on=None):
        """Return the reason that the client is given on a day."""
        partner = partner or self.client
        with freeze_time(f"{on or TODAY} 09:00:00"):
            self.env.invalidate_all()
            answer = release._get_entitlements_sudo(partner)[release, partner]
            self.assertEqual(release._is_entitled(partner), answer.is_allowed)
            return answer.reason

    def pause(self, sub, start, end=False):
        return self.env["kbs.pause"].create(
            {
                "subscription_id": sub.id,
                "reason_id": self.env.ref(
                    "kbs_support.kbs_pause_reason_mobilisation"
                ).id,
                "date_start": start,
                "date_end": end,
            }
        )

    def test_only_what_is_published(self):
        self.sell_paid("optima_3")
        for state, reason in (
            ("draft", "not_published"),
            ("review", "not_published"),
            ("published", "covered"),
            ("withdrawn", "withdrawn"),
        ):
            with self.subTest(state=state):
                release = self.release(f"8.{len(reason)}.{len(state)}", state=state)
                self.assertEqual(self.ask(release), reason)

    def test_paid_and_not_paid(self):
        release = self.release("8.9")
        self.assertEqual(self.ask(release), "never")
        order = self.sell("optima_3")
        self.assertEqual(self.ask(release), "never")
        self.pay(order)
        self.assertEqual(self.ask(release), "covered")
        self.credit(order.invoice_ids)
        self.assertEqual(self.ask(release), "never")

    def test_credited_back_after_the_download(self):
        order = self.sell_paid("optima_3")
        release = self.release("8.9")
        order.invoice_ids.button_draft()
        self.assertEqual(self.ask(release), "never")

    def test_guarantee_counts_while_it_holds(self):
        order = self.sell("optima_3")
        release = self.release("8.9")
        self.env["kbs.guarantee"].create(
            {
                "period_id": self.period(order).id,
                "date_until": TODAY + ONE_DAY,
                "reason": "Letter",
                "letter": "TGV0dGVy",
                "letter_name": "letter.txt",
            }
        )
        self.assertEqual(self.ask(release), "covered")
        self.assertEqual(self.ask(release, on=TODAY + 2 * ONE_DAY), "never")

    def test_before_on_and_after_the_end(self):
        self.sell_paid("optima_3")
        for day, now, later in (
            (END - ONE_DAY, "covered", "previous"),
            (END, "covered", "previous"),
            (END + ONE_DAY, "after_end", "after_end"),
        ):
            release = self.release(f"8.{day.day}", day)
            with self.subTest(day=day):
                self.assertEqual(self.ask(release, on=END), now)
                self.assertEqual(self.ask(release, on=END + 90 * ONE_DAY), later)

    def test_what_came_before_the_support(self):
        self.sell_paid("optima_3")
        self.assertEqual(self.ask(self.release("7", date(2020, 1, 1))), "covered")

    def test_paid_support_that_has_not_begun(self):
        self.sell_paid("optima_3", line={"kbs_date_start": TODAY + 5 * ONE_DAY})
        release = self.release("8.9")
        self.assertEqual(self.ask(release), "never")
        self.assertEqual(self.ask(release, on=TODAY + 5 * ONE_DAY), "covered")

    def test_gap_and_return(self):
        order = self.sell_paid("optima_3")
        in_gap = self.release("9", END + 60 * ONE_DAY)
        self.assertEqual(self.ask(in_gap, on=END + 61 * ONE_DAY), "after_end")
        back = END + 120 * ONE_DAY
        with freeze_time(f"{back} 09:00:00"):
            again = self.renew(order, "optima_3")
            again.action_confirm()
            self.pay(again)
        self.assertEqual(self.ask(in_gap, on=back), "covered")

    def test_correction_of_the_last_version_after_the_end(self):
        self.sell_paid("optima_3")
        late = END + 10 * ONE_DAY
        old = self.release("8.8", TODAY)
        last = self.release("8.9", END)
        fix = self.release("8.9.1", late, kind="fix", fix_of_id=last.id)
        again = self.release("8.9.2", late, kind="fix", fix_of_id=fix.id)
        of_old = self.release("8.8.1", late, kind="fix", fix_of_id=old.id)
        new = self.release("9", late)
        of_new = self.release("9.1", late, kind="fix", fix_of_id=new.id)
        for release, reason in (
            (fix, "bug_fix"),
            (again, "bug_fix"),
            (of_old, "after_end"),
            (new, "after_end"),
            (of_new, "after_end"),
        ):
            with self.subTest(version=release.version):
                self.assertEqual(self.ask(release, on=late), reason)
        self.accounting.update_strategy = "restrict"
        self.assertEqual(self.ask(fix, on=late), "after_end")
        self.assertEqual(self.ask(last, on=late), "previous")
        self.accounting.update_strategy = "revoke"
        self.assertEqual(self.ask(last, on=late), "revoked")

    def test_withdrawn_version_is_not_the_last_own_one(self):
        self.sell_paid("optima_3")
        late = END + 10 * ONE_DAY
        first = self.release("8.8", TODAY)
        last = self.release("8.9", END)
        fix = self.release("8.8.1", late, kind="fix", fix_of_id=first.id)
        self.assertEqual(self.ask(fix, on=late), "after_end")
        last._withdraw_sudo("Totals are wrong")
        self.assertEqual(self.ask(fix, on=late), "bug_fix")

    def test_pause(self):
        sub = self.subscription(self.sell_paid("optima_3"))
        before = self.release("8.9", TODAY + 9 * ONE_DAY)
        within = self.release("8.10", TODAY + 15 * ONE_DAY)
        pause = self.pause(sub, TODAY + 10 * ONE_DAY)
        day = TODAY + 20 * ONE_DAY
        self.assertEqual(self.ask(before, on=day), "previous")
        self.assertEqual(self.ask(within, on=day), "paused")
        self.accounting.update_strategy = "revoke"
        self.assertEqual(self.ask(before, on=day), "paused")
        pause.date_end = TODAY + 19 * ONE_DAY
        self.assertEqual(self.ask(within, on=day), "covered")

    def test_any_person_of_the_client(self):
        self.sell_paid("optima_3")
        person = self.env["res.partner"].create(
            {"name": "Olena", "parent_id": self.client.id}
        )
        release = self.release("8.9")
        self.assertEqual(self.ask(release, person), "covered")
        self.assertEqual(self.ask(release, self._create_client("Other")), "never")

    def test_client_in_the_portal_gets_the_answer_himself(self):
        self.sell_paid("optima_3")
        person = self.env["res.partner"].create(
            {"name": "Olena", "parent_id": self.client.id}
        )
        user = self._create_portal_user("kbs_portal", person)
        release = self.release("8.9").with_user(user)
        self.env.invalidate_all()
        self.assertTrue(release._is_entitled(person))

    def test_client_without_copies_may_have_every_program(self):
        self.sell_paid("optima_3")
        for software in (self.accounting, self.payroll):
            self.assertEqual(self.ask(self.release("8", software=software)), "covered")

    def test_copies_say_which_programs(self):
        self.sell_paid("optima_3")
        self.copy("1")
        self.assertEqual(self.ask(self.release("8")), "covered")
        other = self.release("8", software=self.payroll)
        self.assertEqual(self.ask(other), "other_program")
        self.copy("2", software=self.payroll).active = False
        self.assertEqual(self.ask(other), "other_program")

    def test_two_supports_for_different_programs(self):
        first = self.subscription(self.sell_paid("optima_3"))
        second = self.subscription(self.sell_paid("prof_1"))
        self.copy("1", subscription_id=first.id)
        self.copy("2", software=self.payroll, subscription_id=second.id)
        day = date(2026, 7, 1)  # the second one has ended
        accounting = self.release("8", day)
        payroll = self.release("8", day, software=self.payroll)
        self.assertEqual(self.ask(accounting, on=day), "covered")
        self.assertEqual(self.ask(payroll, on=day), "after_end")

    def test_support_without_named_copies_is_for_the_other_copies(self):
        named = self.subscription(self.sell_paid("optima_3"))
        self.sell_paid("prof_1")
        self.copy("1", subscription_id=named.id)
        self.copy("2", software=self.payroll)
        day = date(2026, 7, 1)
        payroll = self.release("8", day, software=self.payroll)
        self.assertEqual(self.ask(payroll, on=day), "after_end")

    def test_two_supports_of_one_program_give_the_farther_one(self):
        self.sell_paid("prof_1")
        self.sell_paid("optima_3")
        release = self.release("8", END)
        self.assertEqual(self.ask(release, on=END), "covered")

    def test_paused_support_beside_a_running_one(self):
        sub = self.subscription(self.sell_paid("optima_3"))
        self.sell_paid("optima_3")
        self.pause(sub, TODAY)
        self.assertEqual(self.ask(self.release("8.9")), "covered")

    def test_successor_has_the_copies_and_the_right(self):
        named = self.subscription(self.sell_paid("optima_3"))
        copy = self.copy("1", subscription_id=named.id)
        plain = self.copy("2", software=self.payroll)
        successor = self._create_client("Lyceum")
        named._transfer(successor, "Decision No. 5")
        self.assertEqual((copy | plain).partner_id, successor)
        self.assertEqual(copy.subscription_id, named)
        release = self.release("8.9")
        self.assertEqual(self.ask(release, successor), "covered")
        self.assertEqual(self.ask(release), "never")

    def test_copies_stay_with_who_keeps_another_support(self):
        named = self.subscription(self.sell_paid("optima_3"))
        self.sell_paid("prof_1")
        copy, plain = self.copy("1", subscription_id=named.id), self.copy("2")
        successor = self._create_client("Lyceum")
        named._transfer(successor, "Decision No. 5")
        self.assertEqual(copy.partner_id, successor)
        self.assertEqual(plain.partner_id, self.client)

    def test_another_company_of_ours_gives_nothing(self):
        release = self.release("8.9")
        other = self._create_company("Another company")
        self.env.user.company_ids |= other
        order = self.env["sale.order"].with_company(other).create(
            {
                "partner_id": self.client.id,
                "company_id": other.id,
                "order_line": [
                    Command.create({"product_id": self.product("prof_1").id})
                ],
            }
        )  # fmt: skip
        order.action_confirm()
        self.pay(order.with_company(other))
        self.assertEqual(self.ask(release), "never")
        self.env.invalidate_all()
        there = release.with_context(allowed_company_ids=other.ids)
        self.assertTrue(there._is_entitled(self.client))

    def test_every_reason_is_a_sentence(self):
        self.sell_paid("prof_1")
        release = self.release("9", date(2026, 7, 1))
        with freeze_time("2026-07-02 09:00:00"):
            self.env.invalidate_all()
            key = (release, self.client)
            answer = release._get_entitlements_sudo(self.client)[key]
            self.assertIn("06/13/2026", release._tell_entitlement(answer))


@tagged("post_install", "-at_install")
class TestEntitlementScale(ScaleMixin, UpdatesCase):
    def test_fifty_clients_cost_what_one_costs(self):
        clients = self.env["res.partner"].union(
            *[self._create_client(f"School {n}") for n in range(50)]
        )
        orders = self.env["sale.order"].union(
            *[self.sell("prof_1", client=x) for x in clients]
        )
        self.pay(orders)
        for number, client in enumerate(clients):
            self.copy(str(number), client=client)
        releases = self.release("8.9") | self.release("8.10")

        def ask(partners):
            found = releases._get_entitlements_sudo(partners)
            self.assertEqual(len(found), 2 * len(partners))
            self.assertTrue(all(x.is_allowed for x in found.values()))

        self.compare("who may have it", (clients[:1], clients), ask, 0)
