from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.offer import Offer


class KbsSubscription(models.Model):
    """The screen that shows every offer side by side, and makes a quotation of one."""

    _inherit = "kbs.subscription"

    def get_offers(self, plan_id=False):
        """Return what the renewal screen shows for this subscription.

        :param int plan_id: plan to offer, by default the one that it has
        :return: ``{"id", "name", "client", "state", "facts": [str], "plan_id",
            "plans": [{"id", "name"}], "currency_id", "order": {"id" (False where it
            is a colleague's), "name", "text"} or False, "columns": [{"key", "title",
            "note"}], "rows": [{"term_id", "term", "is_budget_year", "cells": {key:
            offer}}]}``; an offer is ``{"kind", "is_gap_paid", "price", "month",
            "saving", "dates", "valid_until", "reason"}``. Money is in ``currency_id``,
            tax included; days are local and written in the language of the user
        :raise UserError: there is nothing to renew
        """
        self.ensure_one()
        self.check_access("read")
        self._check_renewable()
        plan = self.env["kbs.plan"].browse(plan_id) or self._get_renewal_plan()
        offers = self._get_offers(plan)[self]
        return {
            "id": self.id,
            "name": self.name,
            "client": self.partner_id.display_name,
            "state": self.state,
            "facts": self._get_offer_facts(),
            "plan_id": plan.id,
            "plans": self._get_offered_plans(),
            "currency_id": (
                offers[0].pricelist.currency_id.id if offers else self.currency_id.id
            ),
            "order": self._prepare_running_quotation(),
            "columns": self._prepare_offer_columns(offers),
            "rows": self._prepare_offer_rows(offers),
        }

    def quote_offer(self, term_id, kind, is_gap_paid=False, plan_id=False):
        """Make the quotation of one offer of the screen.

        :return: action that opens the quotation
        :raise UserError: the offer no longer holds
        """
        self.ensure_one()
        term = self.env["kbs.term"].browse(term_id)
        plan = self.env["kbs.plan"].browse(plan_id)
        offer = next(
            (
                x
                for x in self._get_offers(plan or None, term)[self]
                if (x.kind, x.is_gap_paid) == (kind, is_gap_paid)
            ),
            None,
        )
        if not offer:
            raise UserError(
                self.env._("This offer no longer holds. Look at the offers again.")
            )
        order = self._create_renewal_orders([offer])[self]
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": order.id,
            "views": [[False, "form"]],
        }

    # === WHAT THE SCREEN SHOWS === #

    @api.model
    def _get_offered_plans(self):
        plans = self.env["kbs.plan"].search([])  # pylint: disable=no-search-all
        return [{"id": x.id, "name": x.name} for x in plans]

    def _get_offer_facts(self):
        """Return short sentences on where the client stands."""
        facts = [
            self.env._(
                "%(plan)s, paid until %(date)s",
                plan=self.plan_id.name,
                date=format_date(self.env, self.date_end),
            )
        ]
        if self.tenure_months:
            facts.append(
                self.env._(
                    "with us without a gap since %(date)s: %(months)s months",
                    date=format_date(self.env, self.tenure_start),
                    months=self.tenure_months,
                )
            )
        last_day = self._get_grace_last_day()
        if self._has_gap():
            facts.append(
                self.env._(
                    "the grace ended on %(date)s", date=format_date(self.env, last_day)
                )
            )
        else:
            facts.append(
                self.env._(
                    "renewal without a gap is possible until %(date)s",
                    date=format_date(self.env, last_day),
                )
            )
        return facts

    def _prepare_running_quotation(self):
        # Sudo: a colleague's quotation is told of as well, but not opened.
        order = self.sudo().renewal_id.order_id.filtered(
            lambda x: x.state in ("draft", "sent")
        )
        if not order:
            return False
        text = ", ".join(order.order_line.product_id.mapped("display_name"))
        if order.with_env(self.env).has_access("read"):
            return {"id": order.id, "name": order.name, "text": text}
        text = f"{text}, {order.user_id.name}"
        return {"id": False, "name": order.name, "text": text}

    @api.model
    def _get_offer_column(self, offer):
        """Return the key of the column of an :class:`Offer`."""
        if offer.is_gap_paid:
            return "gap"
        return "loyalty" if offer.is_loyalty else "regular"

    def _prepare_offer_columns(self, offers):
        titles = {
            "regular": self.env._("Regular price"),
            "loyalty": self.env._("Loyalty price"),
            "gap": self.env._("Pay the gap"),
        }
        first = {}
        for offer in offers:
            first.setdefault(self._get_offer_column(offer), offer)
        return [
            {"key": key, "title": title, "note": self._get_column_note(key, offers)}
            for key, title in titles.items()
            if key in first
        ]

    def _get_column_note(self, key, offers):
        """Say what the offers of one column have in common."""
        if key == "gap":
            return self.env._(
                "Coverage continues from the day after the end, tenure is kept. A "
                "manager allows it."
            )
        if key == "loyalty":
            return next(x.reason for x in offers if x.is_loyalty)
        if self._has_gap():
            return self.env._("Begins today, tenure is counted anew.")
        refusal = next((x.refusal for x in offers if x.refusal), None)
        return self.env._("No loyalty price: %(why)s", why=refusal) if refusal else ""

    def _prepare_offer_rows(self, offers):
        rows = {}
        for offer in offers:
            row = rows.setdefault(
                offer.term,
                {
                    "term_id": offer.term.id,
                    "term": offer.term.name,
                    "is_budget_year": offer.term.is_budget_year,
                    "cells": {},
                },
            )
            key = self._get_offer_column(offer)
            known = row["cells"].get(key)
            # After a gap the loyalty price takes the place of the regular one.
            if not known or offer.price < known["price"]:
                row["cells"][key] = self._prepare_offer_cell(offer)
        return list(rows.values())

    def _prepare_offer_cell(self, offer: Offer):
        start, end, valid_until = (
            format_date(self.env, day)
            for day in (
                offer.coverage.date_start,
                offer.coverage.date_end,
                offer.valid_until,
            )
        )
        return {
            "kind": offer.kind,
            "is_gap_paid": offer.is_gap_paid,
            "price": offer.price,
            "month": offer.price_month,
            "saving": offer.saving,
            "dates": f"{start} – {end}",
            "valid_until": valid_until,
            "reason": offer.reason,
        }
