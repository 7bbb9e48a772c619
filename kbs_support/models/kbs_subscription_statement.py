from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.coverage import ONE_DAY
from ..tools.hour_statement import Entry, get_statement
from ..tools.service_months import find_service_month

# Nobody means a year outside of these.
FIRST_YEAR, LAST_YEAR = 2000, 2100


class KbsSubscription(models.Model):
    """The statement of hours of a subscription, for any span of local dates."""

    _inherit = "kbs.subscription"

    def action_hour_statement(self):
        """Open the statement of this subscription."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_hour_statement_action"
        )
        return action | {"context": {"default_subscription_id": self.id}}

    # === SPANS === #

    def _get_service_months(self):
        """Return the service months of all effective periods, in the order of time."""
        self.ensure_one()
        periods = self.sudo().period_ids._get_booked().filtered("is_effective")
        return [month for x in periods for month in x._get_service_months()]

    def _get_service_month(self, day):
        """Return the :class:`ServiceMonth` that the local date ``day`` lies in."""
        return find_service_month(self._get_service_months(), day)

    def _get_statement_spans(self):
        """Return the usual spans of a statement as ``{name: (first day, last day)}``.

        ``month`` is the service month of today up to today, ``last_month`` the one
        before it, ``whole`` everything up to today.
        """
        self.ensure_one()
        today = self.company_id._kbs_today()
        months = [x for x in self._get_service_months() if x.first <= today]
        entries = self.env["kbs.hour.entry"].sudo()  # a date
        given = entries.search(
            [("subscription_id", "=", self.id)], order="valid_from", limit=1
        )
        firsts = [x for x in (self.date_start, given.valid_from) if x and x <= today]
        spans = {"whole": (min(firsts, default=today), today)}
        if months and months[-1].last >= today:
            spans["month"] = (months.pop().first, today)
        if months:
            spans["last_month"] = (months[-1].first, months[-1].last)
        return {"month": spans["whole"], "last_month": spans["whole"], **spans}

    @api.model
    def _get_span_fault(self, first, last):
        """Say what is wrong with these days as a span, or False.

        :param first: date, or something empty, as ``last``
        """
        if not first or not last:
            return self.env._("Enter the first and the last day.")
        if first > last:
            return self.env._("The first day is after the last one.")
        if not (FIRST_YEAR <= first.year and last.year <= LAST_YEAR):
            return self.env._(
                "Enter days between %(first)s and %(last)s.",
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        return False

    # === THE STATEMENT === #

    def _get_hour_statement(self, first, last):
        """Return the :class:`Statement` of these days, by one query."""
        rows = self._get_statement_entries(first, last)
        return get_statement([x._to_statement() for x in rows], first, last)

    def _get_statement_entries(self, first, last):
        """Return what may stand in the statement of these days, with sudo.

        :raise AccessError: the user may not read the ledger
        """
        self.ensure_one()
        self.check_access("read")
        entries = self.env["kbs.hour.entry"]
        entries.check_access("read")
        entries._give_due()
        domain = Domain("subscription_id", "=", self.id)
        domain &= Domain("valid_from", "<=", last)
        # What is over on the day before lapses on the first one.
        domain &= Domain("valid_to", ">=", first - ONE_DAY)
        # Sudo: its texts come from work and orders, which not everybody reads.
        return entries.sudo().search(domain, order="id")

    def _prepare_hour_statement(self, first, last, with_reasons=False):
        """Return the plain values of a statement, for the screen and for files.

        :param with_reasons: with the reasons of corrections, which no client reads
        :return: dict of words (``number``, ``client``, ``plan``, ``days``), of the days
            ``first`` and ``last``, of ``opening``, ``closing``, ``ahead`` in minutes,
            ``totals`` (``[(name, minutes)]``) and ``rows``, each a dict of ``day``,
            ``kind`` and ``text`` (words), ``minutes``, ``balance`` and ``is_ahead``:
            after today
        """
        entries = self._get_statement_entries(first, last)
        statement = get_statement([x._to_statement() for x in entries], first, last)
        today = self.company_id._kbs_today()
        names = entries._get_statement_names()
        by_id = {x.id: x for x in entries}
        rows = [by_id[x.entry]._prepare_statement_row(x) for x in statement.lines]
        for row, line in zip(rows, statement.lines, strict=True):
            row["is_ahead"] = line.day > today
            if line.kind == "correction" and not with_reasons:
                row["text"] = ""
        return {
            "number": self.name,
            "client": self.partner_id.sudo().commercial_partner_id.name,
            "plan": self.sudo().plan_id.name,
            "days": self._tell_days(first, last),
            "first": first,
            "last": last,
            "opening": statement.opening,
            "closing": statement.closing,
            # Of days that are over it says nothing: all of it stands in the ledger.
            "ahead": statement.ahead if last >= today else 0,
            "totals": [(names[x], y) for x, y in statement.get_totals().items()],
            "rows": rows,
        }

    def _tell_days(self, first, last):
        return f"{format_date(self.env, first)}–{format_date(self.env, last)}"

    def _tell_statement_name(self, first, last):
        """Return the name of the file: "Statement of hours SUB-00001 …"."""
        self.ensure_one()
        return self.env._(
            "Statement of hours %(number)s %(days)s",
            number=self.name,
            days=self._tell_days(first, last),
        ).replace("/", "-")


class KbsHourEntry(models.Model):
    _inherit = "kbs.hour.entry"

    def _to_statement(self):
        """Return this entry as it counts in a statement."""
        self.ensure_one()
        return Entry(
            self.id,
            self.source_id.id or None,
            self.kind,
            self.minutes,
            self.date,
            self.valid_from,
            self.valid_to,
            self.timesheet_id.id or None,
        )

    def _get_statement_names(self):
        """Return ``{kind of a line: its name}``."""
        return {
            "grant": self.env._("Included in the plan"),
            "pack": self.env._("Bought"),
            "correction": self.env._("Correction"),
            "use": self.env._("Used"),
            "return": self.env._("Hours returned"),
            "withdrawal": self.env._("Hours withdrawn"),
            "lapse": self.env._("Hours lapsed"),
        }

    def _prepare_statement_row(self, line):
        """Return the values of the :class:`Move` ``line``, which this entry made."""
        self.ensure_one()
        kind = self._get_statement_names()[line.kind]
        if line.kind == "withdrawal" and line.minutes > 0:
            kind = self.env._("Hours given again")
        return {
            "day": line.day,
            "kind": kind,
            "text": self._tell_statement_line(line),
            "minutes": line.minutes,
            "balance": line.balance,
        }

    def _tell_statement_line(self, line):
        """Say what this was: work, an order, hours; of a correction its reason."""
        if line.kind in ("use", "return"):
            return self._tell_statement_work(line)
        if line.kind in ("lapse", "withdrawal"):
            return self._tell_hours()
        if line.kind == "correction":
            return self.reason or ""
        if line.kind == "pack" and not self.sale_line_id:
            return self.reason or ""
        if line.kind == "pack":
            return self.env._(
                "order %(order)s, until %(date)s",
                order=self.sale_line_id.order_id.name,
                date=format_date(self.env, self.valid_to),
            )
        days = self.subscription_id._tell_days(self.valid_from, self.valid_to)
        return f"{self.period_id.plan_id.name}, {days}"

    def _tell_statement_work(self, line):
        """Say which work this was: its ticket, and what was done."""
        work = self.timesheet_id
        if not work:
            return self.env._("work that is not counted any more")
        parts = [work.kbs_ticket_id.number, work.name]
        if line.kind == "return" and self.date != line.day:
            day = format_date(self.env, self.date)
            parts.append(self.env._("changed on %(date)s", date=day))
        elif work.date != line.day:
            day = format_date(self.env, work.date)
            parts.append(self.env._("work of %(date)s", date=day))
        return ", ".join(filter(None, parts))

    def _tell_hours(self):
        """Say which hours these are: "hours of the plan until 31.05.2026"."""
        texts = {
            "grant": self.env._("hours of the plan until %(date)s"),
            "pack": self.env._("bought hours until %(date)s"),
            "correction": self.env._("hours of a correction until %(date)s"),
        }
        kind = (self.source_id or self).kind
        return texts[kind] % {"date": format_date(self.env, self.valid_to)}
