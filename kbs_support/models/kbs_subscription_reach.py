from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ..tools.entitlement import Reach

ANY_PROGRAM = None


class KbsSubscription(models.Model):
    """How far the paid support of clients reaches, for each of their programs."""

    _inherit = "kbs.subscription"

    @api.model
    def _get_reach_sudo(self, partners):
        """Return how far support reaches, for many clients in a few queries.

        Which programs a support is for (docs/decisions/0037): those of the copies that
        name it; without any, those of the client's copies that name no support;
        without these, all programs.

        :param partners: ``res.partner`` recordset
        :return: ``{commercial partner: {program id or ANY_PROGRAM: Reach}}``; a client
            who never paid has an empty dict
        """
        clients = partners.commercial_partner_id
        today = self.env.company._kbs_today()
        programs = self._get_programs_sudo(clients)
        found = defaultdict(dict)
        for subscription, periods in self._get_begun_periods_sudo(clients, today):
            reach = self._to_reach(subscription, periods, today)
            client = subscription.commercial_partner_id.id
            own = programs[client]
            for program in own.get(subscription.id) or own.get(False) or [ANY_PROGRAM]:
                earlier = found[client].get(program)
                found[client][program] = self._get_farther(earlier, reach)
        return {client: found[client.id] for client in clients}

    @api.model
    def _get_program_reach(self, reach_by_program, software):
        """Return how far one client's support reaches for ``software``, or None.

        :param reach_by_program: his part of :meth:`_get_reach_sudo`
        """
        own = reach_by_program.get(software.id)
        return own or reach_by_program.get(ANY_PROGRAM)

    @api.model
    def _get_programs_sudo(self, clients):
        """Return ``{client id: {subscription id or False: [program ids]}}``."""
        programs = defaultdict(lambda: defaultdict(list))
        rows = (
            self.env["kbs.installation"]
            .sudo()
            ._read_group(
                [
                    ("commercial_partner_id", "in", clients.ids),
                    ("company_id", "in", self.env.companies.ids),
                ],
                ["commercial_partner_id", "subscription_id", "software_id"],
            )
        )
        for client, subscription, software in rows:
            programs[client.id][subscription.id].append(software.id)
        return programs

    @api.model
    def _get_begun_periods_sudo(self, clients, today):
        """Return paid stretches that have begun: ``[(subscription, periods), …]``."""
        periods = (
            self.env["kbs.subscription.period"]
            .sudo()
            .search_fetch(
                self._get_begun_domain(clients, today),
                ["subscription_id", "date_start", "date_end"],
                order="date_start, id",
            )
        )
        subscriptions = periods.subscription_id
        subscriptions.fetch(["commercial_partner_id", "pause_ids"])
        subscriptions.pause_ids.fetch(["date_start", "date_end"])
        return periods.grouped("subscription_id").items()

    @api.model
    def _get_begun_domain(self, clients, today):
        return Domain(
            [
                ("commercial_partner_id", "in", clients.ids),
                ("company_id", "in", self.env.companies.ids),
                ("is_cancelled", "=", False),
                ("date_start", "<=", today),
            ]
        ) & (Domain("is_paid", "=", True) | Domain("guarantee_until", ">=", today))

    @api.model
    def _to_reach(self, subscription, periods, today):
        """Return the :class:`Reach` of one support, from its stretches that begun."""
        until = max(periods.mapped("date_end"))
        pause = subscription._get_pause_on(today)
        is_paused = bool(pause) and pause.date_start <= until
        if is_paused:
            until = min(until, pause.date_start - timedelta(days=1))
        is_covered = not is_paused and any(x.date_end >= today for x in periods)
        return Reach(until, is_covered, is_paused)

    @api.model
    def _get_farther(self, one, other):
        """Return what two supports of one client give together for one program."""
        if not one:
            return other
        farther = max(one, other, key=lambda x: (x.is_covered, x.until))
        return Reach(max(one.until, other.until), farther.is_covered, farther.is_paused)
