from odoo import models
from odoo.tools import format_date

from ..tools.passport import MONTHS, clip, get_bars, get_share
from ..tools.wording import format_minutes

MAX_ROWS = 6  # copies and events that are named
CHART_WIDTH, CHART_HEIGHT = 300, 70  # pixels


class KbsSubscription(models.Model):
    """The page of a passport: figures in words, in the language of ``env``."""

    _inherit = "kbs.subscription"

    def _prepare_passport(self, span, figures, sees_money):
        """Return the passport of this support as plain values.

        :param span: :class:`PassportSpan`
        :param dict figures: see :meth:`_get_passport_figures`
        :return: dict of ``figures``, of texts (``title``, ``client``, ``day``,
            ``until``: up to which day where the year is not over), of ``company`` (see
            ``kbs.document``), ``heads`` and ``facts`` (``[(label, text)]``),
            ``periods`` and ``months`` (dicts of ``columns`` and ``rows``, as documents
            have them), ``blocks`` (``[(title, [(label, text)])]``) and ``charts``
            (dicts of ``title``, ``bars`` and ``names`` of the months)
        """
        self.ensure_one()
        document = self.env["kbs.document"]
        return {
            "figures": figures,
            "title": self.env._("Support passport of the year %s", span.year),
            "client": self.commercial_partner_id.name,
            "company": document._prepare_party(
                self.company_id.partner_id, self.company_id
            ),
            "day": document._write_day(self.company_id._kbs_today()),
            "until": not span.is_over and document._write_day(span.last),
            "heads": self._prepare_passport_heads(figures),
            "facts": self._prepare_passport_facts(span, figures),
            "periods": self._prepare_passport_periods(span, sees_money),
            "blocks": [
                (self.env._("Questions"), self._tell_passport_tickets(figures)),
                (self.env._("Hours"), self._tell_passport_hours(figures)),
                (self.env._("Program versions"), self._tell_passport_versions(figures)),
                (
                    self.env._("Training and proposals"),
                    self._tell_passport_training(figures),
                ),
            ],
            "months": self._prepare_passport_months(span, figures),
            "charts": self._prepare_passport_charts(figures),
        }

    # === ABOVE === #

    def _prepare_passport_heads(self, figures):
        """Return the four figures that are written large: ``[(label, text)]``."""
        return [
            (self.env._("questions"), str(sum(figures["asked"].values()))),
            (
                self.env._("answered in the promised time"),
                _write_share(figures["met"], figures["met"] + figures["missed"]),
            ),
            (
                self.env._("of work for you"),
                format_minutes(self.env, sum(figures["work"].values())),
            ),
            (self.env._("remote sessions"), str(sum(figures["sessions"].values()))),
        ]

    def _prepare_passport_facts(self, span, figures):
        document = self.env["kbs.document"]
        number, day = self._get_contract()
        plans = self._get_passport_periods(span).plan_id.mapped("name")
        rows = [
            (
                self.env._("Contract"),
                self.env._(
                    "No. %(number)s of %(day)s",
                    number=number,
                    day=document._write_day(day) or "—",
                ),
            ),
            (self.env._("Plan"), ", ".join(plans)),
            (
                self.env._("With us without a break since"),
                document._write_day(figures["unbroken_since"]),
            ),
            (self.env._("Days of service in the year"), str(figures["days"])),
            (self.env._("Your manager"), self.manager_id.name),
            (self.env._("Your specialist"), self.specialist_id.name),
        ]
        return [row for row in rows if row[1]]

    def _get_passport_periods(self, span):
        """Return the periods that have served a day of ``span``."""
        return self.period_ids._get_booked().filtered(
            lambda x: (
                (last := x._get_told_until())
                and clip([(x.date_start, last)], span.first, span.last)
            )
        )

    def _prepare_passport_periods(self, span, sees_money):
        """Return the table of periods; prices are of whole periods, tax included."""
        columns = [
            (self.env._("Plan and term"), False),
            (self.env._("From and until"), False),
            (self.env._("Payment"), False),
        ]
        if sees_money:
            columns.append((self.env._("Price of the period"), True))
        periods = self._get_passport_periods(span)
        return {
            "columns": columns,
            "rows": [x._prepare_passport_row()[: len(columns)] for x in periods],
        }

    # === FIGURES IN WORDS === #

    def _tell_passport_tickets(self, figures):
        met, missed = figures["met"], figures["missed"]
        spent = figures["answer_minutes"]
        return [
            (self.env._("Asked"), str(sum(figures["asked"].values()))),
            (self.env._("Answered"), str(figures["answered"])),
            (self.env._("Of them closed"), str(figures["closed"])),
            (
                self.env._("First answer in the promised time"),
                self.env._(
                    "%(met)s of %(all)s (%(share)s)",
                    met=met,
                    all=met + missed,
                    share=_write_share(met, met + missed),
                )
                if met + missed
                else "—",
            ),
            (
                self.env._("Mean time to the first answer*"),
                "—" if spent is None else format_minutes(self.env, spent),
            ),
        ]

    def _tell_passport_hours(self, figures):
        totals, used, over = figures["totals"], figures["used"], figures["over"]
        rows = [
            (self.env._("Included in the plan"), totals.get("grant", 0)),
            (self.env._("Used of the included ones"), used.get("grant", 0)),
            (self.env._("Bought"), totals.get("pack", 0)),
            (self.env._("Used of the bought ones"), used.get("pack", 0)),
            (self.env._("Used of given ones"), used.get("correction", 0)),
            (self.env._("Over the plan"), sum(over.values())),
            (self.env._("Given as a courtesy"), over.get("goodwill", 0)),
        ]
        always = {self.env._("Included in the plan")}
        always.add(self.env._("Used of the included ones"))
        return [
            (label, format_minutes(self.env, max(minutes, 0)))
            for label, minutes in rows
            if minutes or label in always
        ]

    def _tell_passport_versions(self, figures):
        rows = [
            (self.env._("Versions you were told of"), str(figures["told"])),
            (self.env._("Versions you downloaded"), str(figures["versions"])),
        ]
        copies = figures["copies"]
        rows += [
            (
                f"{x.software_id.name}, {x.number}",
                x.version or self.env._("version is not known"),
            )
            for x in copies[:MAX_ROWS]
        ]
        if len(copies) > MAX_ROWS:
            more = len(copies) - MAX_ROWS
            rows.append((self.env._("More copies"), str(more)))
        return rows

    def _tell_passport_training(self, figures):
        rows = [
            (self.env._("Seats at events"), str(figures["seats"])),
            (self.env._("Proposals made"), str(figures["proposed"])),
            (self.env._("Proposals done"), str(figures["realised"])),
        ]
        if events := figures["events"]:
            names = "; ".join(events[:MAX_ROWS])
            more = "; …" if len(events) > MAX_ROWS else ""
            rows.insert(1, (self.env._("Events"), names + more))
        return rows

    # === BY MONTHS === #

    def _prepare_passport_months(self, span, figures):
        """Return the table of the months that were served, or had a question."""
        columns = [
            (self.env._("Month"), False),
            (self.env._("Questions"), True),
            (self.env._("Remote sessions"), True),
            (self.env._("Work"), True),
        ]
        rows = [
            [
                format_date(self.env, span.first.replace(month=month), "", "LLLL"),
                str(figures["asked"][month]),
                str(figures["sessions"][month]),
                format_minutes(self.env, figures["work"][month]),
            ]
            for month in MONTHS
            if month in figures["months"]
            or figures["asked"][month]
            or figures["work"][month]
        ]
        sums = [
            self.env._("Altogether"),
            str(sum(figures["asked"].values())),
            str(sum(figures["sessions"].values())),
            format_minutes(self.env, sum(figures["work"].values())),
        ]
        return {"columns": columns, "rows": rows, "sums": sums}

    def _prepare_passport_charts(self, figures):
        charts = (
            (self.env._("Questions by months"), figures["asked"]),
            (self.env._("Work by months, hours"), figures["work"]),
        )
        return [
            {
                "title": title,
                "bars": get_bars(list(values.values()), CHART_WIDTH, CHART_HEIGHT),
            }
            for title, values in charts
        ]


class KbsSubscriptionPeriod(models.Model):
    _inherit = "kbs.subscription.period"

    def _prepare_passport_row(self):
        """Return this period as texts: plan, days, payment and price."""
        self.ensure_one()
        document = self.env["kbs.document"]
        paid = self.env._("paid")
        guaranteed = self.env._(
            "guaranteed until %(day)s",
            day=document._write_day(self.guarantee_until),
        )
        money = document._write_money(self.price_total)
        return [
            f"{self.plan_id.name}, {self.term_id.name}",
            self.subscription_id._tell_days(self.date_start, self.date_end),
            paid if self.is_paid else guaranteed,
            f"{money} {self.env['kbs.act']._write_unit(self.currency_id)}",
        ]


def _write_share(part, whole):
    """Return a percentage with its sign, never torn apart; "—" of nothing."""
    share = get_share(part, whole)
    return "—" if share is None else f"{share}\u00a0%"
