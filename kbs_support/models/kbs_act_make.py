from dataclasses import dataclass, field

from odoo import Command, api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.act_sums import get_calendar_stretch, share_out, to_kopecks
from ..tools.batches import work_in_batches
from ..tools.coverage import ONE_DAY


@dataclass
class Sheet:
    """An act to be made: its days, and its lines.

    ``lines`` are ``(values, rows of kbs.over.plan)``, the rows empty for support.
    """

    subscription: object
    currency: object
    first: object
    last: object
    kind: str = "service"
    lines: list = field(default_factory=list)


class KbsAct(models.Model):
    """Makes the acts of what is over, from periods and from billed work.

    It looks only for days that stand on no act, so a second run finds nothing, and a
    run after months without one catches up.
    """

    _inherit = "kbs.act"

    # === THE MONTHLY JOB === #

    @api.model
    def _cron_make(self):
        """Make the acts of the months that are over, in every company."""
        # A handful of companies, and each has its own month.
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        for company in companies:
            until = company._kbs_today().replace(day=1) - ONE_DAY
            if not self._make_in_batches(company, until, company.kbs_act_issue):
                return

    @api.model
    def _make_in_batches(self, company, until, is_issued=False):
        """Make the acts of ``company`` up to the local date ``until``.

        :return: whether there is time for more
        """
        subscriptions = self.env["kbs.subscription"].with_company(company)
        acts = self.with_company(company).with_context(tracking_disable=True)

        def work(batch):
            made = acts._make_sudo(batch, until)
            if is_issued:
                made._issue_sudo()

        return work_in_batches(
            subscriptions, self._get_due_domain(company, until), work
        )

    @api.model
    def _get_due_domain(self, company, until):
        """Domain of the subscriptions that may have days or work on no act yet."""
        periods = self._get_due_periods_domain(until) & Domain(
            "date_end", ">=", company.kbs_act_since
        )
        worked = self.env["kbs.over.plan"]._read_group(
            self._get_due_work_domain(company, until), ["subscription_id"]
        )
        return Domain("company_id", "=", company.id) & (
            Domain("period_ids", "any", periods)
            | Domain("id", "in", [x.id for (x,) in worked])
        )

    @api.model
    def _get_due_periods_domain(self, until):
        return (
            Domain("is_acted", "=", False)
            & Domain("is_cancelled", "=", False)
            & Domain("price_total", ">", 0)
            & Domain("date_start", "<=", until)
            & (Domain("is_paid", "=", True) | Domain("guarantee_until", "!=", False))
        )

    @api.model
    def _get_due_work_domain(self, company, until):
        """Domain of billed work that stands on no act: its invoice is posted."""
        return (
            Domain("company_id", "=", company.id)
            & Domain("subscription_id", "!=", False)
            & Domain("act_line_id", "=", False)
            & Domain("invoice_line_id", "!=", False)
            & Domain("invoice_line_id.parent_state", "=", "posted")
            & Domain("date", "<=", until)
            & Domain("date", ">=", company.kbs_act_since)
        )

    # === MAKING === #

    @api.model
    def _make_sudo(self, subscriptions, until):
        """Make drafts of all that is over by ``until`` and stands on no act.

        Sudo: acts are made from periods, orders and invoices, whoever asks for them.

        :return: the drafts
        """
        acts, subscriptions = self.sudo(), subscriptions.sudo()
        sheets = acts._get_sheets(subscriptions, until)
        acts._add_work(subscriptions, sheets, until)
        made = acts.create([acts._prepare_act_values(sheet) for sheet in sheets])
        for sheet, act in zip(sheets, made, strict=True):
            lines = act.line_ids.sorted("id")
            for line, (_values, rows) in zip(lines, sheet.lines, strict=True):
                rows.act_line_id = line
        return made

    def _prepare_act_values(self, sheet):
        subscription = sheet.subscription
        return {
            "kind": sheet.kind,
            "company_id": subscription.company_id.id,
            "partner_id": subscription.commercial_partner_id.id,
            "subscription_id": subscription.id,
            "currency_id": sheet.currency.id,
            "date": sheet.last,
            "date_start": sheet.first,
            "date_end": sheet.last,
            "line_ids": [Command.create(values) for values, _rows in sheet.lines],
        }

    # === DAYS OF SUPPORT === #

    def _get_sheets(self, subscriptions, until):
        """Return the :class:`Sheet` of each act to be made, in the order of time."""
        periods = self.env["kbs.subscription.period"].search(
            Domain("subscription_id", "in", subscriptions.ids)
            & self._get_due_periods_domain(until),
            order="subscription_id, date_start",
        )
        told, taken = periods._get_told(), periods._get_taken_until()
        no_work, sheets = self.env["kbs.over.plan"], []
        for period in periods:
            frequency = period._get_act_frequency()
            for share in period._get_act_shares(
                frequency, until, told[period], taken.get(period)
            ):
                sheet = self._find_sheet(sheets, period, share, frequency)
                sheet.last = share.last
                sheet.lines.append((period._prepare_act_line_values(share), no_work))
        late = periods.filtered(lambda x: x._has_days_within(taken.get(x)))
        if late:
            self._ask_for_corrections(late)
        return sheets

    def _find_sheet(self, sheets, period, share, frequency):
        """Return the sheet that ``share`` belongs to: the last, or a new one.

        Days of one calendar month or quarter that follow each other share an act.
        """
        last = sheets[-1] if sheets else None
        if (
            last
            and frequency != "period"
            and last.subscription == period.subscription_id
            and last.currency == period.currency_id
            and last.last + ONE_DAY == share.first
            and get_calendar_stretch(last.last, frequency)
            == get_calendar_stretch(share.first, frequency)
        ):
            return last
        sheet = Sheet(
            period.subscription_id, period.currency_id, share.first, share.last
        )
        sheets.append(sheet)
        return sheet

    # === WORK OVER THE PLAN === #

    def _add_work(self, subscriptions, sheets, until):
        """Put billed work on the ``sheets``, or on new ones where none will come."""
        company = subscriptions.company_id
        rows = self.env["kbs.over.plan"].search(
            self._get_due_work_domain(company, until)
            & Domain("subscription_id", "in", subscriptions.ids),
            order="subscription_id, date, id",
        )
        for (subscription, line), own in rows.grouped(
            lambda x: (x.subscription_id, x.invoice_line_id)
        ).items():
            sheet = self._find_sheet_of_work(sheets, subscription, line, own)
            if sheet:
                sheet.lines.append((own._prepare_act_line_values(line), own))

    def _find_sheet_of_work(self, sheets, subscription, line, rows):
        """Return the first act of the client that reaches to the work, or a new one.

        None: an act of these days is still to come, and will have the work.
        """
        first, last = min(rows.mapped("date")), max(rows.mapped("date"))
        currency = line.currency_id
        own = [
            x
            for x in sheets
            if x.subscription == subscription and x.currency == currency
        ]
        if found := next((x for x in own if x.last >= last), None):
            return found
        coming = subscription.period_ids._get_booked().filtered(
            lambda x: x.date_end >= last and x._has_days_to_act()
        )
        if coming:
            return None
        sheet = Sheet(subscription, currency, first, last, "work")
        sheets.append(sheet)
        return sheet


class KbsSubscriptionPeriod(models.Model):
    _inherit = "kbs.subscription.period"

    def _get_act_frequency(self):
        """Return how often acts are made for this client."""
        own = self.commercial_partner_id.kbs_act_frequency
        return own or self.company_id.kbs_act_frequency

    def _prepare_act_line_values(self, share):
        """Values of the line of :class:`ActShare`, in the language of the client."""
        self.ensure_one()
        amount = share.amount / 100
        tax = self.currency_id.round(amount * self._get_tax_share())
        translated = self.with_context(lang=self.partner_id.lang or self.env.lang)
        return {
            "kind": "support",
            "period_id": self.id,
            "name": translated._tell_act_service(share.first, share.last),
            "date_start": share.first,
            "date_end": share.last,
            "days": share.days,
            "amount": amount,
            "amount_tax": tax,
        }

    def _tell_act_service(self, first, last):
        return self.env._(
            "Support of KBS software, plan %(plan)s, from %(first)s to %(last)s",
            plan=self.plan_id.name,
            first=format_date(self.env, first),
            last=format_date(self.env, last),
        )


class KbsOverPlan(models.Model):
    _inherit = "kbs.over.plan"

    def _prepare_act_line_values(self, line):
        """Values of the line of these rows, which the invoice ``line`` bills.

        Rows of other supports of the client on the same line have their own share.
        """
        billed = line.kbs_over_ids.sorted("id")
        parts = share_out(to_kopecks(line.price_total), billed.mapped("billed_minutes"))
        amount = sum(
            part for row, part in zip(billed, parts, strict=True) if row in self
        )
        tax = line.price_total - line.price_subtotal
        share = tax / line.price_total if line.price_total else 0.0
        return {
            "kind": "work",
            "invoice_line_id": line.id,
            "name": line.name,
            "date_start": min(self.mapped("date")),
            "date_end": max(self.mapped("date")),
            "minutes": sum(self.mapped("billed_minutes")),
            "amount": amount / 100,
            "amount_tax": line.currency_id.round(amount / 100 * share),
        }
