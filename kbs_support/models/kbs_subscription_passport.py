from datetime import date, datetime, time
from typing import NamedTuple

from odoo import api, models

from ..tools.coverage import ONE_DAY, days_within
from ..tools.passport import clip, get_unbroken_start, get_year_days

PASSPORT_YEARS = 10  # that can be chosen, this one included


class PassportSpan(NamedTuple):
    """The days of a passport: of a calendar year, up to today.

    ``start`` and ``end`` are the UTC moments of the same, ``end`` not included.
    """

    year: int
    first: date
    last: date
    start: datetime
    end: datetime
    is_over: bool


class KbsSubscription(models.Model):
    """The passport of support: what a client got in a calendar year for his money.

    Figures are counted for many supports at once: tickets, hours and what the
    institution as a whole got have files of their own. They are those of the other
    reports: the terms of answer are counted as in ``kbs.report.sla``, the hours as in
    the statement of hours.
    """

    _inherit = "kbs.subscription"

    def action_passport(self):
        """Ask for the year of the passport of these supports (wizard)."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_passport_action"
        )
        return action | {"context": {"default_subscription_ids": self.ids}}

    # === WHICH DAYS === #

    @api.model
    def _get_passport_span(self, company, year):
        """Return the :class:`PassportSpan` of ``year``; None of one that is to come."""
        today = company._kbs_today()
        if not (days := get_year_days(year, today)):
            return None
        first, last = days
        return PassportSpan(
            year,
            first,
            last,
            company._kbs_to_utc(first, time.min),
            company._kbs_to_utc(last + ONE_DAY, time.min),
            last < today,
        )

    def _get_served_stretches(self):
        """Return the stretches of days that are paid for, or were guaranteed.

        :return: ``[(first day, last day)]``, days yet to come included
        """
        self.ensure_one()
        # Sudo: clients ask as well, and what is theirs was found before.
        periods = self.sudo().period_ids._get_booked()
        told = [(x.date_start, x._get_told_until()) for x in periods]
        return [(first, last) for first, last in told if last]

    def _count_served_days(self, span):
        """Return how many days of ``span`` were served: paused ones were not."""
        pauses = [x._get_stretch() for x in self.sudo().pause_ids]  # as above
        return sum(
            (last - first).days + 1 - days_within(pauses, first, last)
            for first, last in clip(self._get_served_stretches(), span.first, span.last)
        )

    def _get_served_months(self, span):
        """Return the numbers of the months in which a day of ``span`` was paid for."""
        stretches = clip(self._get_served_stretches(), span.first, span.last)
        return {
            month
            for first, last in stretches
            for month in range(first.month, last.month + 1)
        }

    def _get_passport_years(self):
        """Return the years of which there is a passport, the latest first."""
        self.ensure_one()
        today = self.company_id._kbs_today()
        stretches = clip(self._get_served_stretches(), date.min, today)
        years = {
            year
            for first, last in stretches
            for year in range(first.year, last.year + 1)
        }
        recent = (x for x in years if x > today.year - PASSPORT_YEARS)
        return sorted(filter(self._has_passport, recent), reverse=True)

    def _has_passport(self, year):
        """Say whether a day of ``year`` was served."""
        self.ensure_one()
        span = self._get_passport_span(self.company_id, year)
        return bool(span and self._count_served_days(span))

    def _get_passport_fault(self, year):
        """Say for which of these there is nothing to tell of ``year``, or False."""
        if not (empty := self.filtered(lambda x: not x._has_passport(year))):
            return False
        shown = ", ".join(empty[:5].mapped("name"))
        return self.env._(
            "No day of %(year)s was covered: %(numbers)s",
            year=year,
            numbers=shown if len(empty) <= 5 else f"{shown}, …",
        )

    # === FIGURES === #

    def _get_passport_figures(self, company, span):
        """Return plain numbers of these supports of one company, with sudo.

        :return: ``{subscription: dict}``; what is in it say the methods that the
            figures come from
        """
        parts = (
            self._get_passport_tickets(company, span),
            self._get_passport_sessions(span),
            self._get_passport_hours(span),
            self._get_passport_work(span),
            self._get_passport_client(company, span),
        )
        return {
            support: {
                "days": support._count_served_days(span),
                "months": support._get_served_months(span),
                "unbroken_since": get_unbroken_start(
                    clip(support._get_served_stretches(), date.min, span.last)
                ),
                **{
                    key: value for part in parts for key, value in part[support].items()
                },
            }
            for support in self
        }

    def _prepare_passports(self, year, sees_money=True):
        """Return the passports of these supports as plain values.

        A constant number of queries for each of our companies. Supports without a
        served day in ``year`` are left out, see :meth:`_get_passport_fault`.

        :param int year: calendar year; of one that is not over, up to today
        :param bool sees_money: whether the reader may know what support has cost
        :return: ``{subscription: dict}``, see :meth:`_prepare_passport`
        """
        self.check_access("read")
        passports = {}
        # Sudo: who reads a support reads what was done for it, as on its acts.
        for company, supports in self.sudo().grouped("company_id").items():
            supports = supports.filtered(lambda x: x._has_passport(year))
            if not supports:
                continue
            span = self._get_passport_span(company, year)
            figures = supports._get_passport_figures(company, span)
            for support in supports:
                passports[support] = support._prepare_passport(
                    span, figures[support], sees_money
                )
        return {x: passports[x] for x in self.sudo() if x in passports}
