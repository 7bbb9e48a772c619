from odoo import api, models
from odoo.tools import format_amount

from ..tools.coverage import months_between
from ..tools.wording import format_count

CALENDAR_MARK = "KBS "  # begins the names in data/resource_calendar.xml


class KbsPlan(models.Model):
    """What a plan promises, in words that clients read."""

    _inherit = "kbs.plan"

    def _tell_line(self):
        # The mark of our calendars is for who chooses among all of the company's.
        return (self.line_calendar_id.name or "").removeprefix(CALENDAR_MARK)

    def _tell_reaction(self):
        return self.env._(
            "%(time)s of working time",
            time=format_count(self.env, self.reaction_unit, self.reaction_time),
        )

    def _tell_included_work(self):
        if not self.included_minutes:
            return self.env._("not included")
        hours, rest = divmod(self.included_minutes, 60)
        parts = [(hours, "hour"), (rest, "minute")]
        return " ".join(format_count(self.env, unit, n) for n, unit in parts if n)

    def _tell_sessions(self):
        if self.is_remote_unlimited:
            return self.env._("without limit")
        return str(self.remote_session_limit)

    def _tell_events(self):
        field = self._fields["event_benefit"]
        return dict(field._description_selection(self.env))[self.event_benefit]


class KbsPriceTable(models.AbstractModel):
    """The public page of tariffs: promises, prices and a small calculator."""

    _inherit = "kbs.price.table"

    @api.model
    def _prepare_tariffs_sudo(self, company):
        """Return all that the page shows, as plain values.

        Sudo: the price lists are public on this page, and only what they say.

        :return: dict of ``plans`` (dicts of ``id``, ``name``, ``note``), ``promises``
            (dicts of ``label`` and ``values``: text, True or False for each plan),
            ``terms`` (dicts of ``name`` and ``cells``: for each plan a dict of
            ``url``, ``total``, ``month``, ``loyalty``, ``saving``, or None) and
            ``hours``
        """
        env = self.with_company(company).sudo().env
        table = env["kbs.price.table"]._get_table()
        plans = env["kbs.plan"].browse([x["id"] for x in table["plans"]])
        currency = env["res.currency"].browse(table["currency_id"])
        by_kind = {x["kind"]: x["id"] for x in table["lists"]}

        def money(amount):
            return format_amount(env, amount, currency)

        return {
            "plans": [{"id": x.id, "name": x.name, "note": x.note} for x in plans],
            "promises": self._prepare_promises(plans),
            "terms": [
                {
                    "id": term["id"],
                    "name": term["name"],
                    "cells": [
                        self._prepare_tariff(term, plan, by_kind, money)
                        for plan in plans
                    ],
                }
                for term in table["terms"]
            ],
            "hours": [
                {"name": x["name"], "price": money(x["price"])} for x in table["hours"]
            ],
            "currency": currency.name,
        }

    @api.model
    def _prepare_tariff(self, term, plan, by_kind, money):
        """Return the cell of one plan and term, or None where it is not sold."""
        regular = term["prices"].get(f"{plan.id}-{by_kind.get('regular')}")
        if not regular:
            return None
        loyalty = term["prices"].get(f"{plan.id}-{by_kind.get('loyalty')}")
        loyalty = loyalty if plan.has_loyalty else None
        return {
            "url": f"/my/support/buy?plan={plan.id}&term={term['id']}",
            "price": regular["price"],
            "total": money(regular["price"]),
            "month": money(regular["month"]),
            "loyalty": loyalty and money(loyalty["price"]),
            "saving": loyalty and money(regular["price"] - loyalty["price"]),
        }

    @api.model
    def _prepare_promises(self, plans):
        """Return the rows of the comparison: ``[{"label", "values"}]``."""
        rows = [
            (self.env._("Consultation line"), lambda x: x._tell_line()),
            (self.env._("Line with remote connection"), lambda x: x.is_line_remote),
            (self.env._("Reaction"), lambda x: x._tell_reaction()),
            (self.env._("Work included in a month"), lambda x: x._tell_included_work()),
            (self.env._("Remote sessions in a month"), lambda x: x._tell_sessions()),
            (
                self.env._("Programmer's work within the hours"),
                lambda x: x.is_programmer_included,
            ),
            (self.env._("Own specialist"), lambda x: x.has_specialist),
            (self.env._("Personal manager"), lambda x: x.has_manager),
            (
                self.env._("News about versions on the website"),
                lambda x: x.is_notified_web,
            ),
            (self.env._("Letters about versions"), lambda x: x.is_notified_email),
            (self.env._("Calls about versions"), lambda x: x.is_notified_phone),
            (self.env._("Loyalty programme"), lambda x: x.has_loyalty),
            (self.env._("Training events"), lambda x: x._tell_events()),
        ]
        return [
            {"label": label, "values": [tell(x) for x in plans]} for label, tell in rows
        ]

    @api.model
    def _calculate(self, tariffs, company, plan_id, term_id, since=None):
        """Return what a plan costs a client, as sentences for the calculator.

        :param tariffs: see :meth:`_prepare_tariffs_sudo`
        :param since: local date from which he is a client without a gap, or None
        :return: dict of ``name``, ``url`` (to order it), ``total``, ``month`` and
            ``loyalty`` (a sentence, or False), or None where this is not sold
        """
        place = [x["id"] for x in tariffs["plans"]]
        term = next((x for x in tariffs["terms"] if x["id"] == term_id), None)
        if plan_id not in place or not term:
            return None
        cell = term["cells"][place.index(plan_id)]
        if not cell:
            return None
        plan = tariffs["plans"][place.index(plan_id)]
        return {
            "name": f"{plan['name']}, {term['name']}",
            "url": cell["url"],
            "total": cell["total"],
            "month": cell["month"],
            "loyalty": self._tell_loyalty(company, cell, since),
        }

    @api.model
    def _tell_loyalty(self, company, cell, since):
        """Say in one sentence what loyalty makes of the price (P3)."""
        if not cell["loyalty"]:
            return self.env._("There is no loyalty price for this term.")
        if not since:
            return self.env._(
                "Who renews the same plan without a gap pays %(price)s, "
                "%(saving)s less.",
                price=cell["loyalty"],
                saving=cell["saving"],
            )
        needed = company.sudo().kbs_loyalty_min_months
        if months_between(since, company._kbs_today()) < needed:
            return self.env._(
                "The loyalty price is for clients of %(months)s and longer.",
                months=format_count(self.env, "month", needed),
            )
        return self.env._(
            "Renewing the same plan without a gap you pay %(price)s, %(saving)s less.",
            price=cell["loyalty"],
            saving=cell["saving"],
        )
