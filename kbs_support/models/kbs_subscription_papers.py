from odoo import models
from odoo.tools import format_date

from ..tools.offer import get_best_offer


class KbsSubscription(models.Model):
    """The contract of support and the offer of its renewal, on paper."""

    _inherit = "kbs.subscription"

    def _get_document_lang(self):
        return self.partner_id._kbs_get_document_lang()

    # === CONTRACT === #

    def _prepare_contract_document(self):
        """Return the contract of this support, see ``kbs.document``.

        The annex has what the plan promises, as the page of tariffs says it.
        """
        self.check_access("read")
        # Sudo: a contract names accounts and codes, and who reads a support prints it.
        support = self.sudo()
        document, (number, day) = support.env["kbs.document"], support._get_contract()
        return document._prepare(
            support.company_id,
            support.commercial_partner_id,
            title=support.env._("Contract of support No. %(number)s", number=number),
            day=document._write_day(day),
            intro=[support._write_contract_intro()],
            sections=support._get_contract_sections(),
            codes=document._prepare_codes(support.partner_id),
            is_signed=True,
        )

    def _write_contract_intro(self):
        return self.env._(
            "%(company)s (the Contractor), represented by "
            "______________________________, and %(client)s (the Client), represented "
            "by ______________________________, have made this contract.",
            company=self.company_id.name,
            client=self.commercial_partner_id.name,
        )

    def _get_contract_sections(self):
        """Return the sections of the contract: ``[(title, paragraphs)]``."""
        return [
            (self.env._("1. Subject"), self._get_contract_subject()),
            (self.env._("2. Price and payment"), self._get_contract_price()),
            (self.env._("3. Acts"), self._get_contract_acts()),
            (self.env._("4. Duties of the parties"), self._get_contract_duties()),
            (self.env._("5. Term and end"), self._get_contract_term()),
            (self.env._("6. Liability"), self._get_contract_liability()),
        ]

    def _get_contract_subject(self):
        document, period = self.env["kbs.document"], self._get_last_period()
        return [
            self.env._(
                "1.1. The Contractor supports the Client’s KBS software by the plan "
                "%(plan)s, and the Client accepts the support and pays for it.",
                plan=self._get_contract_plan().name or "—",
            ),
            self.env._(
                "1.2. Support is rendered from %(first)s to %(last)s. What the plan "
                "includes stands in Annex 1.",
                first=document._write_day(period.date_start) or "—",
                last=document._write_day(period.date_end) or "—",
            ),
        ]

    def _get_contract_plan(self):
        return self._get_last_period().plan_id or self.plan_id

    def _get_contract_price(self):
        document, period = self.env["kbs.document"], self._get_last_period()
        paragraphs = [
            self.env._(
                "2.1. The price of support for this term is %(amount)s (%(words)s), "
                "taxes included.",
                amount=document._write_money(period.price_total),
                words=document._write_words(period.price_total, period.currency_id),
            )
            if period
            else "",
            self.env._(
                "2.2. The Client pays in advance, to the account of the Contractor, by "
                "his invoice. Budget institutions pay as the law on budget funds says."
            ),
            self.env._(
                "2.3. Work that the plan does not include is paid for by the price of "
                "an hour, after the Client has agreed to it."
            ),
        ]
        return [x for x in paragraphs if x]

    def _get_contract_acts(self):
        client = self.commercial_partner_id
        frequencies = {
            "month": self.env._("once a month"),
            "quarter": self.env._("once a quarter"),
            "period": self.env._("once for the paid period"),
        }
        frequency = client.kbs_act_frequency or self.company_id.kbs_act_frequency
        paragraphs = [
            self.env._(
                "3.1. The Contractor makes an act of services rendered %(frequency)s. "
                "Its amount is the part of the price that falls on the days of "
                "service.",
                frequency=frequencies[frequency],
            )
        ]
        if days := client.kbs_act_silence_days:
            paragraphs.append(
                self.env._(
                    "3.2. The Client signs an act, or objects in writing, within "
                    "%(days)s days. Without either the act counts as accepted.",
                    days=days,
                )
            )
        else:
            paragraphs.append(
                self.env._("3.2. The Client signs an act, or objects in writing.")
            )
        return paragraphs

    def _get_contract_duties(self):
        return [
            self.env._(
                "4.1. The Contractor answers questions, connects remotely and hands "
                "out new versions as the plan promises, and keeps secret what he "
                "learns of the Client’s data."
            ),
            self.env._(
                "4.2. The Client describes a question so that it can be solved, lets "
                "the Contractor connect, and keeps copies of his data."
            ),
        ]

    def _get_contract_term(self):
        return [
            self.env._(
                "5.1. The contract is in force until the end of the paid term, and as "
                "to payments until they are made. A renewal is paid by a new invoice."
            ),
            self.env._(
                "5.2. Support may be paused by agreement: its end moves by the days "
                "of the pause. Who leaves before the end gets the money for the "
                "unused days back."
            ),
        ]

    def _get_contract_liability(self):
        return [
            self.env._(
                "6.1. The parties answer for what they owe by the law of Ukraine. "
                "Neither answers for what force majeure did not let be done."
            ),
            self.env._(
                "6.2. The contract is made in two copies of equal force, one for each "
                "party."
            ),
        ]

    def _prepare_contract_annex(self):
        """Return what the plan promises: ``{"title", "columns", "rows"}``."""
        support, plan = self.sudo(), self.sudo()._get_contract_plan()
        words = {True: support.env._("yes"), False: support.env._("no")}
        promises = support.env["kbs.price.table"]._prepare_promises(plan)
        number, day = support._get_contract()
        return {
            "title": support.env._(
                "Annex 1 to contract No. %(number)s of %(day)s: plan %(plan)s",
                number=number,
                day=support.env["kbs.document"]._write_day(day),
                plan=plan.name or "—",
            ),
            "columns": [
                (support.env._("What is included"), False),
                (plan.name or "—", False),
            ],
            "rows": [
                [row["label"], words.get(value, value) or "—"]
                for row in promises
                for value in row["values"]
            ],
        }

    # === OFFER OF A RENEWAL === #

    def _prepare_offer_document(self):
        """Return the offer of a renewal, see ``kbs.document``."""
        self.check_access("read")
        # Sudo: prices come from the lists of the company, whoever prints the offer.
        support = self.sudo()
        document = support.env["kbs.document"]
        offers = support._get_best_offers()
        return document._prepare(
            support.company_id,
            support.commercial_partner_id,
            title=support.env._("Price offer: renewal of support"),
            day=document._write_day(support.company_id._kbs_today()),
            intro=[support._write_offer_intro()],
            columns=[
                (support.env._("Term"), False),
                (support.env._("Plan"), False),
                (support.env._("From and until"), False),
                (support.env._("Per month"), True),
                (support.env._("Price"), True),
                (support.env._("You save"), True),
            ],
            rows=[support._prepare_offer_row(x) for x in offers],
            outro=support._get_offer_outro(offers),
            codes=document._prepare_codes(support.partner_id),
        )

    def _get_best_offers(self):
        """Return the cheapest offer of each term, short terms first."""
        offers = self._get_offers()[self]
        terms = {x.term: get_best_offer(offers, x.term) for x in offers}
        return [x for x in terms.values() if x]

    def _write_offer_intro(self):
        return self.env._(
            "To %(client)s. Support %(number)s lasts until %(last)s. We offer to go "
            "on:",
            client=self.commercial_partner_id.name,
            number=self.name,
            last=self.env["kbs.document"]._write_day(self.date_end) or "—",
        )

    def _prepare_offer_row(self, offer):
        document, coverage = self.env["kbs.document"], offer.coverage
        first, last = (
            format_date(self.env, day)
            for day in (coverage.date_start, coverage.date_end)
        )
        return [
            offer.term.with_env(self.env).name,
            offer.plan.name,
            f"{first}–{last}",
            document._write_money(offer.price_month),
            document._write_money(offer.price),
            document._write_money(offer.saving) if offer.saving else "—",
        ]

    def _get_offer_outro(self, offers):
        if not offers:
            return [self.env._("There is no price for a renewal today.")]
        day = min(x.valid_until for x in offers)
        return [
            self.env._(
                "Prices are in hryvnias, taxes included. The offer is valid until "
                "%(day)s.",
                day=self.env["kbs.document"]._write_day(day),
            )
        ]
