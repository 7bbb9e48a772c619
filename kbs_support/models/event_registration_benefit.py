from collections import defaultdict
from dataclasses import dataclass
from itertools import starmap

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..tools.locking import take_turn
from ..tools.training import Rule, Seat, Taken, get_person


@dataclass(frozen=True)
class Ask:
    """A seat that is asked for: records of ticket, client and slot, and who comes."""

    ticket: models.Model
    client: models.Model
    slot: models.Model
    person: str | None = None

    def get_day(self):
        return self.ticket.event_id._kbs_get_day(self.slot)


@dataclass(frozen=True)
class Answer:
    """What it gets; ``period`` is of the paid support, maybe empty, with sudo."""

    kind: str
    percent: float
    reason: str
    period: models.Model
    price: float  # to pay, tax included, in the currency of the company
    cause: str


class EventRegistration(models.Model):
    """Who gets which benefit: one judgement for the website and the back office."""

    _inherit = "event.registration"

    @api.model
    def _kbs_judge_sudo(self, asks, ignored=None, is_final=False):
        """Return an :class:`Answer` for each of ``asks``, in their order.

        Sudo: clients and salespeople read no periods and benefits.

        :param list asks: of :class:`Ask`; earlier ones take seats from later ones
        :param ignored: registrations that are asked about themselves
        :param is_final: seats are taken now; wait for others of the same client
        """
        if not asks:
            return []
        periods = self._kbs_get_covering_sudo(asks)
        if is_final:
            # Each of two at once changes nothing in it: the second is repeated.
            take_turn(
                self.env["kbs.subscription.period"].union(*periods).subscription_id
            )
        taken = self._kbs_get_taken_sudo(asks, periods, ignored)
        rules = self._kbs_get_rules_sudo(asks, periods)
        seats = [
            Seat(
                event=ask.ticket.event_id.id,
                price=ask.ticket.price,
                rule=rules.get((ask.ticket.id, period.plan_id.id), Rule()),
                term=period.id or None,
                person=ask.person,
            )
            for ask, period in zip(asks, periods, strict=True)
        ]
        verdicts = [taken.judge(seat) for seat in seats]
        return list(
            starmap(self._kbs_answer, zip(asks, periods, seats, verdicts, strict=True))
        )

    @api.model
    def _kbs_get_covering_sudo(self, asks):
        """Return for each of ``asks`` the period that covers its day, maybe empty."""
        found = {}
        by_day = defaultdict(list)
        for ask in asks:
            company = ask.ticket.sudo().event_id._kbs_get_company()
            by_day[company, ask.get_day()].append(ask)
        for (company, day), group in by_day.items():
            clients = group[0].client.union(*(x.client for x in group))
            subscriptions = (
                self.env["kbs.subscription"]
                .sudo()
                .with_context(allowed_company_ids=company.ids)
            )
            for client, period in subscriptions._get_active_periods(
                clients, day
            ).items():
                found[client.id, company, day] = period
        empty = self.env["kbs.subscription.period"].sudo()
        return [
            found.get(
                (
                    ask.client.id,
                    ask.ticket.sudo().event_id._kbs_get_company(),
                    ask.get_day(),
                ),
                empty,
            )
            for ask in asks
        ]

    @api.model
    def _kbs_get_rules_sudo(self, asks, periods):
        tickets = asks[0].ticket.union(*(x.ticket for x in asks)).sudo()
        plans = self.env["kbs.plan"].union(*(x.plan_id for x in periods))
        rules = tickets._kbs_get_rules_sudo(plans)
        return {(ticket.id, plan.id): x for (ticket, plan), x in rules.items()}

    @api.model
    def _kbs_get_taken_sudo(self, asks, periods, ignored):
        """Return what was given before, as :class:`Taken`."""
        ids = ignored.ids if ignored else []
        given = self._kbs_get_given_domain() & Domain("id", "not in", ids)
        registrations = self.sudo()
        people = {x.person for x in asks if x.person}
        events = {x.ticket.event_id.id for x in asks}
        known = registrations.search_fetch(
            given
            & Domain("event_id", "in", list(events))
            & Domain("kbs_person", "in", list(people)),
            ["event_id", "kbs_person"],
        )
        terms = [x.id for x in set(periods) if x]
        seats = registrations._read_group(
            given & Domain("kbs_period_id", "in", terms), ["kbs_period_id"], ["__count"]
        )
        taken = Taken({(x.event_id.id, x.kbs_person) for x in known})
        taken.seats.update({period.id: count for period, count in seats})
        return taken

    @api.model
    def _kbs_get_given_domain(self):
        """Domain of the seats that hold a benefit."""
        return Domain("kbs_benefit", "in", ("discount", "free")) & Domain(
            "state", "!=", "cancel"
        )

    @api.model
    def _kbs_answer(self, ask, period, seat, verdict):
        """Return the :class:`Answer`; why is told by ``event_registration_words``."""
        currency = ask.ticket.sudo().event_id._kbs_get_company().currency_id
        price = seat.price * (100 - verdict.percent) / 100
        words = getattr(self, f"_kbs_tell_{verdict.cause}")(ask, period, seat, verdict)
        return Answer(
            kind=verdict.kind,
            percent=verdict.percent,
            reason=words,
            period=period if verdict.cause == "given" else period.browse(),
            price=currency.round(price),
            cause=verdict.cause,
        )

    # === SETTLING === #

    def _kbs_get_ask(self):
        self.ensure_one()
        return Ask(
            ticket=self.event_ticket_id,
            client=self.kbs_client_id,
            slot=self.event_slot_id,
            person=get_person(email_normalize(self.email or ""), self.name),
        )

    def _kbs_settle_sudo(self, is_named=False):
        """Decide what each of these gets, and keep it.

        Sudo: who registers may have no rights on subscriptions.

        :param is_named: the attendees were named; else several seats of an order may
            still bear the name of who has ordered them
        """
        if not self:
            return
        registrations = self.sudo()
        sold = registrations.filtered("sale_order_line_id.event_ticket_id")
        for line, group in sold.grouped("sale_order_line_id").items():
            group._kbs_follow_line(line, is_named)
        rest = registrations - sold
        plain = rest.filtered(lambda x: not x.event_ticket_id)
        plain.write({"kbs_benefit": "none", "kbs_price": 0.0})
        rest = (rest - plain).sorted("id")
        asks = [x._kbs_get_ask() for x in rest]
        answers = self._kbs_judge_sudo(asks, ignored=rest, is_final=True)
        for registration, ask, answer in zip(rest, asks, answers, strict=True):
            registration.write(self._kbs_prepare_benefit(answer, ask.person))

    @api.model
    def _kbs_prepare_benefit(self, answer, person):
        """Values that keep ``answer`` for ``person``."""
        return {
            "kbs_benefit": answer.kind,
            "kbs_discount": answer.percent,
            "kbs_benefit_reason": answer.reason,
            "kbs_period_id": answer.period.id,
            "kbs_person": person,
            "kbs_price": answer.price,
        }

    def _kbs_follow_line(self, line, is_named):
        """Take over what the order line has promised; it was judged there.

        :raise ValidationError: somebody of these has the benefit already
        """
        values = line._kbs_prepare_event_benefit()
        asks = {x: x._kbs_get_ask() for x in self.sorted("id")}
        taken = self._kbs_get_taken_sudo(list(asks.values()), [], self)
        for registration, ask in asks.items():
            key = (ask.ticket.event_id.id, ask.person)
            is_twice = values["kbs_benefit"] != "none" and key in taken.people
            if is_twice and is_named:
                raise ValidationError(
                    self.env._(
                        "%(person)s has the benefit for this event already.",
                        person=registration.name or ask.person,
                    )
                )
            taken.people.add(key)
            registration.write(
                {**values, "kbs_person": None if is_twice else ask.person}
            )
