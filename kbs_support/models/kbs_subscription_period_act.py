from datetime import timedelta

from odoo import api, fields, models

from ..tools import proration
from ..tools.act_sums import SoldDays, get_act_shares, to_kopecks


class KbsSubscriptionPeriod(models.Model):
    """What acts say, and have still to say, about a period."""

    _inherit = "kbs.subscription.period"

    act_line_ids = fields.One2many(
        comodel_name="kbs.act.line", inverse_name="period_id", string="On Acts"
    )
    acted_until = fields.Date(
        string="On Acts until",
        compute="_compute_acted_until",
        store=True,
        help="Last day of service that stands on an act.",
    )
    is_acted = fields.Boolean(
        string="All on Acts", compute="_compute_is_acted", store=True
    )

    _unacted_index = models.Index(
        "(subscription_id, date_start)"
        " WHERE is_acted IS NOT TRUE AND is_cancelled IS NOT TRUE"
    )

    @api.depends(
        "act_line_ids.date_end", "act_line_ids.act_id.state", "act_line_ids.act_id.kind"
    )
    def _compute_acted_until(self):
        for period in self:
            live = period.act_line_ids.filtered(
                lambda x: x.act_id.kind == "service" and x.act_id.state != "cancelled"
            )
            period.acted_until = max(live.mapped("date_end"), default=False)

    @api.depends("acted_until", "date_end")
    def _compute_is_acted(self):
        for period in self:
            until = period.acted_until
            period.is_acted = bool(until and until >= period.date_end)

    def _get_told_until(self):
        """Return the last day that acts may speak of: paid for, or guaranteed.

        What a guarantee has served stays rendered when it lapses. None: no day.
        """
        self.ensure_one()
        if self.is_paid:
            return self.date_end
        until = self.guarantee_until
        if not until or until < self.date_start:
            return None
        return min(until, self.date_end)

    def _get_given_back(self):
        """Return what the days after :attr:`date_end` have cost, in kopecks.

        Another plan has taken it over, or it went back to the client.
        """
        self.ensure_one()
        if self.stopped_on:
            unused = self._get_unused_days(self.stopped_on)
            total = self._get_sold_days()
            return to_kopecks(proration.prorate(self.price_total, unused, total))
        successor = self.replaced_by_ids.filtered("is_effective")[:1]
        return to_kopecks(successor.price_carried)

    def _get_sold(self):
        """Return this period as :class:`SoldDays`."""
        self.ensure_one()
        price = to_kopecks(self.price_total)
        return SoldDays(
            first=self.date_start,
            sold_until=self.sold_until,
            last=self.date_end,
            price=price,
            due=price - self._get_given_back(),
            pauses=tuple(self._get_pauses()),
            told_until=self._get_told_until(),
        )

    def _get_told(self):
        """Return what of these periods was settled, in kopecks: ``{period: kopecks}``.

        On acts, corrections included; and before the first act, or the first day of
        acts: elsewhere, with its part of the price.
        """
        lines = self.env["kbs.act.line"]._read_group(
            [("period_id", "in", self.ids)],
            ["period_id"],
            ["amount:sum", "date_start:min"],
        )
        on_acts = {period: (amount, first) for period, amount, first in lines}
        told = {}
        for period in self:
            amount, first = on_acts.get(period, (0.0, period.company_id.kbs_act_since))
            eve = first - timedelta(days=1)
            told[period] = to_kopecks(amount)
            if eve >= period.date_start:
                told[period] += period._get_sold().get_amount(period.date_start, eve, 0)
        return told

    def _get_act_shares(self, frequency, until, told):
        """Return what the next acts say about this period.

        :param str frequency: see :func:`get_act_shares`
        :param date until: last local day that may stand on an act
        :param int told: see :meth:`_get_told`
        :return: list of :class:`ActShare`
        """
        sold = self._get_sold()
        if not sold.told_until:
            return []
        eve = self.company_id.kbs_act_since - timedelta(days=1)
        told_until = max(self.acted_until or eve, eve)
        return get_act_shares(sold, frequency, until, told_until, told)

    def _get_tax_share(self):
        """Return which part of the total is tax (P1: it is included)."""
        self.ensure_one()
        line = self.sale_line_id
        return line.price_tax / line.price_total if line.price_total else 0.0
