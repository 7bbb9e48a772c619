from odoo import models
from odoo.fields import Domain

from ..tools.act_sums import to_kopecks


class KbsAct(models.Model):
    """What an issued act says with its corrections, and what it should say today."""

    _inherit = "kbs.act"

    def _get_standing(self):
        """Return what the act says now: ``{line: (days, kopecks)}``.

        Lines that a correction has added are among them.
        """
        self.ensure_one()
        told = self.correction_ids.line_ids
        lines = self.line_ids | told.filtered(lambda x: not x.corrected_line_id)
        standing = {x: [x.days, to_kopecks(x.amount)] for x in lines}
        for changed in told - lines:
            own = standing[changed.corrected_line_id]
            own[0] += changed.days
            own[1] += to_kopecks(changed.amount)
        return {line: tuple(values) for line, values in standing.items()}

    def _count_anew(self):
        """Return what this act should say by what is known today.

        :return: ``{line: (days, kopecks)}``, of work over the plan as it stands; and
            ``{period: ActShare}`` of days that have come to another period since
        """
        self.ensure_one()
        standing = self._get_standing()
        counted = {line: line._count_anew(now) for line, now in standing.items()}
        if self.kind != "service":
            return counted, {}
        told = self.env["kbs.subscription.period"].union(
            *(line.period_id for line in standing)
        )
        others = (self.subscription_id.period_ids._get_booked() - told).filtered(
            "price_total"
        )
        shares = {x: x._get_share_within(self, self.date_start) for x in others}
        return counted, {x: share for x, share in shares.items() if share}

    def _prepare_correct_lines(self):
        """Values of ``kbs.act.correct.line``: what the act says, and what it should."""
        counted, added = self._count_anew()
        rows = [
            {
                "act_line_id": line.id,
                "old_days": days,
                "old_amount": kopecks / 100,
                "days": counted[line][0],
                "amount": counted[line][1] / 100,
            }
            for line, (days, kopecks) in self._get_standing().items()
        ]
        return rows + [
            {"period_id": x.id, "days": share.days, "amount": share.amount / 100}
            for x, share in added.items()
        ]

    def _ask_for_corrections(self, periods):
        """Ask for a correction of the acts that tell days of these periods wrongly.

        Once for each: who did it closes the activity.
        """
        acts = self.search(
            Domain("subscription_id", "in", periods.subscription_id.ids)
            & Domain("kind", "=", "service")
            & Domain("state", "!=", "cancelled")
            & Domain("date_end", ">=", min(periods.mapped("date_start"), default=False))
        )
        wrong = acts.filtered(lambda x: not x.activity_ids and x._is_outdated())
        summary = self.env._("Its days have changed since: make a correction")
        wrong._plan_activities(summary)

    def _is_outdated(self):
        """Say whether the act says something else than what is known today."""
        counted, added = self._count_anew()
        return bool(added) or counted != self._get_standing()


class KbsActLine(models.Model):
    _inherit = "kbs.act.line"

    def _is_live(self):
        """Say whether this line tells the days of a period, and is not cancelled."""
        act = self.act_id.corrected_act_id or self.act_id
        return (
            not self.corrected_line_id
            and act.kind == "service"
            and act.state != "cancelled"
        )

    def _count_anew(self, standing):
        """Return what this line should say by what is known today.

        Only what earlier days have cost counts as told: later acts may have to be
        corrected too, and in whichever order that is done the sums are the same.

        :param standing: ``(days, kopecks)`` of the line with its corrections
        :return: ``(days, kopecks)``; of work over the plan as it stands
        """
        self.ensure_one()
        if not self.period_id:
            return standing
        share = self.period_id._get_share_within(self.act_id, self.date_start)
        return (share.days, share.amount) if share else (0, 0)
