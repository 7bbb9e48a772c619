from datetime import date
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.hours import draw

# What can be drawn on. What a plan includes is for some kinds of work only.
SOURCES = ("grant", "pack", "correction")
BOUGHT = ("pack", "correction")


class Work(NamedTuple):
    """A piece of work that draws on the hours of a subscription."""

    subscription: models.BaseModel
    minutes: int
    day: date
    kinds: tuple  # of the sources that may be drawn on
    values: dict  # what else the entries say: timesheet_id, reason
    is_whole: bool = False  # drawn whole or not at all


class KbsHourEntry(models.Model):
    """What changes the ledger: drawing, giving back, correcting (E3)."""

    _inherit = "kbs.hour.entry"

    # === DRAWING === #

    @api.model
    def _draw(self, works):
        """Draw pieces of work, one after the other, from what lapses first (E3).

        The caller holds the lock of the subscriptions.

        :param works: list of :class:`Work`
        :return: for each the minutes that nothing covers
        """
        sources = self._get_sources(works)
        left = {x: x.left_minutes for x in sources}
        values, overs = [], []
        for work in works:
            fitting = [
                (x, left[x])
                for x in sources
                if x.subscription_id == work.subscription
                and x.valid_from <= work.day <= x.valid_to
                and x.kind in work.kinds
            ]
            taken, over = draw(work.minutes, fitting)
            overs.append(over)
            if over and work.is_whole:
                continue
            for source, part in taken:
                left[source] -= part
                values.append(
                    source._prepare_part(
                        -part, **{"kind": "use", "date": work.day, **work.values}
                    )
                )
        entries = self.sudo().create(values)
        # Now, so that whoever draws at the same moment is refused by the database.
        entries.source_id.flush_recordset()
        return overs

    @api.model
    def _get_sources(self, works):
        """Return all that ``works`` may draw on, what lapses first standing first."""
        if not works:
            return self.browse()
        self._give_due()
        subscriptions = self.env["kbs.subscription"].union(
            *(x.subscription for x in works)
        )
        domain = [
            ("subscription_id", "in", subscriptions.ids),
            ("source_id", "=", False),
            ("left_minutes", ">", 0),
            ("valid_from", "<=", max(x.day for x in works)),
            ("valid_to", ">=", min(x.day for x in works)),
        ]
        return self.sudo().search(domain, order="valid_to, kind, id")

    def _give_back(self):
        """Take back what these entries have drawn: the work was changed or deleted."""
        by_source = {}
        for entry in self:
            key = (entry.source_id, entry.timesheet_id)
            by_source[key] = by_source.get(key, 0) + entry.minutes
        today = {x: x._kbs_today() for x in self.company_id}
        self.sudo().create(
            [
                source._prepare_part(
                    -minutes,
                    kind="use",
                    date=today[source.company_id],
                    timesheet_id=timesheet.id,
                )
                for (source, timesheet), minutes in by_source.items()
                if minutes
            ]
        )

    def _fit_to(self, minutes):
        """Let this source give ``minutes`` from now on: a payment came or went.

        Used minutes stay used, so no more is taken back than is left.

        :return: values of the entries to make
        """
        self.ensure_one()
        changes = self.entry_ids.filtered(lambda x: x.kind == self.kind)
        change = minutes - self.minutes - sum(changes.mapped("minutes"))
        change = max(change, -self.left_minutes)
        if not change:
            return []
        return [self._prepare_part(change, date=self.company_id._kbs_today())]

    # === CORRECTING === #

    @api.model
    def _correct(self, subscription, minutes, reason, until=None):
        """Give or take ``minutes`` by a person's decision.

        :param int minutes: negative to take
        :param str reason: stays in the ledger
        :param date until: last day of what is given; today when it is only taken
        :raise UserError: more is taken than is left today
        """
        today = subscription.company_id._kbs_today()
        if minutes > 0:
            return self.sudo().create(
                {
                    "subscription_id": subscription.id,
                    "kind": "correction",
                    "minutes": minutes,
                    "date": today,
                    "valid_from": today,
                    "valid_to": until,
                    "reason": reason,
                    "user_id": self.env.uid,
                }
            )
        values = {"kind": "correction", "reason": reason, "user_id": self.env.uid}
        (over,) = self._draw([Work(subscription, -minutes, today, SOURCES, values)])
        if over:
            raise UserError(
                self.env._(
                    "Only %(left)s minutes are left, so %(minutes)s cannot be taken.",
                    left=-minutes - over,
                    minutes=-minutes,
                )
            )
        return self.browse()
