from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import proration
from ..tools.act_sums import ActShare, SoldDays, get_act_shares, to_kopecks


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
        "act_line_ids.date_end",
        "act_line_ids.act_id.state",
        "act_line_ids.act_id.kind",
        "act_line_ids.act_id.corrected_act_id.state",
    )
    def _compute_acted_until(self):
        for period in self:
            live = period.act_line_ids.filtered(lambda x: x._is_live())
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
        if self.is_cancelled:
            return None
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

    def _get_credited(self):
        """Return what posted credit notes took off the price, in kopecks.

        Credited in full it is not paid, and what a letter has served stays rendered.
        """
        self.ensure_one()
        lines = self.sale_line_id.invoice_lines.filtered(
            lambda x: x.parent_state == "posted"
        )
        refunds = lines.filtered(lambda x: x.move_type == "out_refund")
        if not self.is_paid or not refunds:
            return 0
        billed = sum((lines - refunds).mapped("price_total"))
        left = to_kopecks(billed) - to_kopecks(sum(refunds.mapped("price_total")))
        return max(to_kopecks(self.price_total) - left, 0)

    def _get_sold(self):
        """Return this period as :class:`SoldDays`."""
        self.ensure_one()
        price = to_kopecks(self.price_total)
        return SoldDays(
            first=self.date_start,
            sold_until=self.sold_until,
            last=self.date_end,
            price=price,
            due=max(price - self._get_given_back() - self._get_credited(), 0),
            pauses=tuple(self._get_pauses()),
            told_until=self._get_told_until(),
        )

    def _get_told(self, before=None):
        """Return what of these periods was settled, in kopecks: ``{period: kopecks}``.

        On acts, corrections included; and before the first act, or the first day of
        acts: elsewhere, with its part of the price.

        :param date before: look only at lines that begin before this day
        """
        lines, own = self.env["kbs.act.line"], Domain("period_id", "in", self.ids)
        firsts = dict(lines._read_group(own, ["period_id"], ["date_start:min"]))
        if before:
            own &= Domain("date_start", "<", before)
        on_acts = dict(lines._read_group(own, ["period_id"], ["amount:sum"]))
        told = {}
        for period in self:
            first = firsts.get(period, period.company_id.kbs_act_since)
            eve = first - timedelta(days=1)
            told[period] = to_kopecks(on_acts.get(period, 0.0))
            if eve >= period.date_start:
                told[period] += period._get_sold().get_amount(period.date_start, eve, 0)
        return told

    def _get_taken_until(self):
        """Return until when acts stand in these periods: ``{period: day or None}``.

        Whosever days they tell: a pause or a change of plan that came to be known
        later has given them to another period, and their acts are to be corrected.
        """
        acts = self.env["kbs.act"]._read_group(
            Domain("subscription_id", "in", self.subscription_id.ids)
            & Domain("kind", "=", "service")
            & Domain("state", "!=", "cancelled")
            & Domain("date_end", ">=", min(self.mapped("date_start"), default=False)),
            ["subscription_id"],
            ["date_start:array_agg", "date_end:array_agg"],
        )
        stretches = {x: list(zip(*ends, strict=True)) for x, *ends in acts}
        taken = {}
        for period in self:
            ends = [
                last
                for first, last in stretches.get(period.subscription_id, ())
                if first <= period.date_end and last >= period.date_start
            ]
            taken[period] = max(ends, default=None)
        return taken

    def _get_act_shares(self, frequency, until, told, taken_until=None):
        """Return what the next acts say about this period.

        :param str frequency: see :func:`get_act_shares`
        :param date until: last local day that may stand on an act
        :param int told: see :meth:`_get_told`
        :param date taken_until: see :meth:`_get_taken_until`
        :return: list of :class:`ActShare`
        """
        sold = self._get_sold()
        if not sold.told_until:
            return []
        eve = self.company_id.kbs_act_since - timedelta(days=1)
        told_until = max(self.acted_until or eve, eve, taken_until or eve)
        return get_act_shares(sold, frequency, until, told_until, told)

    def _get_share_within(self, act, before):
        """Return what ``act`` should say about this period by what is known today.

        :param date before: what acts tell of earlier days was told before
        :return: :class:`ActShare`, or None
        """
        sold = self._get_sold()
        if not sold.told_until:
            return None
        first = max(act.date_start, sold.first)
        last = min(act.date_end, sold.told_until)
        days = sold.count_served(first, last)
        if not days:
            return None
        told = self._get_told(before)[self]
        return ActShare(first, last, days, sold.get_amount(first, last, told))

    def _has_days_to_act(self):
        """Say whether an act of this period is still to come, once it is paid."""
        return bool(self.price_total) and self._has_days_within(self.date_end)

    def _has_days_within(self, last):
        """Say whether days of service until ``last`` stand on no act yet."""
        self.ensure_one()
        if not last or (self.acted_until and self.acted_until >= last):
            return False
        day = timedelta(days=1)
        ends = (self.acted_until, self.company_id.kbs_act_since - day)
        eve = max(filter(None, ends))
        sold = self._get_sold()
        first = max(sold.first, eve + day)
        return bool(sold.count_served(first, min(last, sold.last)))

    def _get_tax_share(self):
        """Return which part of the total is tax (P1: it is included)."""
        self.ensure_one()
        line = self.sale_line_id
        return line.price_tax / line.price_total if line.price_total else 0.0
