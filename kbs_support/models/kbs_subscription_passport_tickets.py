from datetime import timedelta

from odoo import models
from odoo.fields import Domain

from ..tools.passport import MONTHS


class KbsSubscription(models.Model):
    """The questions of a client in the passport of a year, and their answers."""

    _inherit = "kbs.subscription"

    def _get_passport_tickets(self, company, span):
        """Return what was asked, and how soon it was answered.

        A promise stands in the month in which its clock started, as in
        ``kbs.report.sla``; what still runs is neither kept nor missed.

        :return: ``{subscription: dict}`` of ``asked`` (``{month: tickets}``),
            ``closed``, ``answered``, ``met``, ``missed`` and ``answer_minutes``: the
            mean of the counted time, or None
        """
        asked, closed = self._count_passport_tickets(company, span)
        clocks = self._get_passport_clocks(span)
        faces = clocks._get_faces()
        by_support = clocks.grouped(lambda x: x.ticket_id.kbs_subscription_id)
        figures = {}
        for support in self:
            own = by_support.get(support, clocks.browse())
            done = own.filtered("done_at")
            spent = sum((x._get_elapsed(faces, x.done_at) for x in done), timedelta())
            figures[support] = {
                "asked": {month: asked.get((support, month), 0) for month in MONTHS},
                "closed": closed.get(support, 0),
                "answered": len(done),
                "met": len(own.filtered(lambda x: x.state == "met")),
                "missed": len(own.filtered(lambda x: x.state == "missed")),
                "answer_minutes": round(spent.total_seconds() / 60 / len(done))
                if done
                else None,
            }
        return figures

    def _count_passport_tickets(self, company, span):
        """Return ``({(subscription, month): asked}, {subscription: closed})``.

        By the local month in which a ticket was taken in; a duplicate is no question.
        """
        tickets = self.env["helpdesk.ticket"].with_context(
            active_test=False, tz=company.kbs_tz
        )
        domain = (
            Domain("kbs_subscription_id", "in", self.ids)
            & Domain("kbs_received_at", ">=", span.start)
            & Domain("kbs_received_at", "<", span.end)
            & Domain("duplicate_id", "=", False)
        )
        asked = tickets._read_group(
            domain, ["kbs_subscription_id", "kbs_received_at:month"], ["__count"]
        )
        closed = tickets._read_group(
            domain & Domain("stage_id.closed", "=", True),
            ["kbs_subscription_id"],
            ["__count"],
        )
        return {(support, day.month): n for support, day, n in asked}, dict(closed)

    def _get_passport_clocks(self, span):
        """Return the clocks of first answers that started in ``span``."""
        domain = (
            Domain("ticket_id.kbs_subscription_id", "in", self.ids)
            & Domain("metric", "=", "first_response")
            & Domain("date_start", ">=", span.start)
            & Domain("date_start", "<", span.end)
        )
        return self.env["kbs.sla.target"].search(domain)

    def _get_passport_sessions(self, span):
        """Return ``{subscription: {"sessions": {month: n}}}``; failed ones are none."""
        groups = self.env["kbs.remote.session"]._read_group(
            Domain("subscription_id", "in", self.ids)
            & Domain("state", "=", "done")
            & Domain("day", ">=", span.first)
            & Domain("day", "<=", span.last),
            ["subscription_id", "day:month"],
            ["__count"],
        )
        found = {(support, day.month): n for support, day, n in groups}
        return {
            support: {"sessions": {x: found.get((support, x), 0) for x in MONTHS}}
            for support in self
        }
