from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from ..tools.coverage import ONE_DAY
from ..tools.hour_statement import get_statement
from ..tools.passport import MONTHS


class KbsSubscription(models.Model):
    """The hours of a client in the passport of a year, and all work done for him."""

    _inherit = "kbs.subscription"

    def _get_passport_hours(self, span):
        """Return what the ledger says of these days, as the statement of hours does.

        :return: ``{subscription: dict}``, all in minutes: ``totals`` (``{kind:
            minutes}`` of a statement), ``used`` (``{kind of the source: minutes}``)
            and ``left``
        """
        entries = self.env["kbs.hour.entry"]
        entries._give_due()
        domain = (
            Domain("subscription_id", "in", self.ids)
            & Domain("valid_from", "<=", span.last)
            # What is over on the day before lapses on the first one.
            & Domain("valid_to", ">=", span.first - ONE_DAY)
        )
        found = entries.search(domain, order="id").grouped("subscription_id")
        figures = {}
        for support in self:
            own = found.get(support, entries)
            statement = get_statement(
                [x._to_statement() for x in own], span.first, span.last
            )
            figures[support] = {
                "totals": statement.get_totals(),
                "used": _count_used(statement, {x.id: x.kind for x in own}),
                "left": statement.closing,
            }
        return figures

    def _get_passport_work(self, span):
        """Return the booked work and what of it was over the plan, in minutes.

        :return: ``{subscription: dict}`` of ``work`` (``{month: minutes}``) and
            ``over`` (``{state: minutes}``, without what bought hours have paid)
        """
        days = Domain("date", ">=", span.first) & Domain("date", "<=", span.last)
        works = self.env["account.analytic.line"]._read_group(
            days
            & Domain("kbs_subscription_id", "in", self.ids)
            & Domain("kbs_ticket_id", "!=", False),
            ["kbs_subscription_id", "date:month"],
            ["kbs_minutes:sum"],
        )
        worked = {(support, day.month): n for support, day, n in works}
        over = defaultdict(dict)
        for support, state, minutes in self.env["kbs.over.plan"]._read_group(
            days
            & Domain("subscription_id", "in", self.ids)
            & Domain("decision", "!=", "pack"),
            ["subscription_id", "state"],
            ["minutes:sum"],
        ):
            over[support][state] = minutes
        return {
            support: {
                "work": {x: worked.get((support, x), 0) for x in MONTHS},
                "over": over[support],
            }
            for support in self
        }


def _count_used(statement, kinds):
    """Return ``{kind of the source: minutes}`` drawn by work, less what came back.

    :param dict kinds: ``{id of an entry: its kind}``
    """
    used = defaultdict(int)
    for line in statement.lines:
        if line.kind in ("use", "return"):
            used[kinds[line.source]] -= line.minutes
    return dict(used)
