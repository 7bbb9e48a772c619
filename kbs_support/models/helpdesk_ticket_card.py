from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ..tools.wording import format_count


class HelpdeskTicket(models.Model):
    """What is in the tariff of this client, at one glance (E6)."""

    _inherit = "helpdesk.ticket"

    kbs_card_html = fields.Html(
        string="What Is in the Tariff",
        compute="_compute_kbs_card_html",
        sanitize=False,
        groups="kbs_support.group_kbs_agent",
    )
    kbs_client_ticket_count = fields.Integer(
        string="Open Tickets of the Client",
        compute="_compute_kbs_client_ticket_count",
        groups="kbs_support.group_kbs_agent",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "partner_id",
        "company_id",
        "kbs_subscription_id",
        "kbs_coverage",
        "kbs_coverage_reason",
        "kbs_found_by",
        "kbs_exception_reason",
    )
    @api.depends_context("lang")
    def _compute_kbs_card_html(self):
        for ticket in self:
            ticket.kbs_card_html = self.env["ir.qweb"]._render(
                "kbs_support.kbs_ticket_card", ticket._kbs_prepare_card()
            )

    @api.depends("commercial_partner_id", "company_id")
    def _compute_kbs_client_ticket_count(self):
        counts = dict(
            self._read_group(
                self._kbs_get_client_tickets_domain(),
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for ticket in self:
            client = ticket.partner_id.commercial_partner_id._origin
            ticket.kbs_client_ticket_count = counts.get(client, 0)

    def _kbs_get_client_tickets_domain(self):
        """Domain of the open tickets of all contacts of these clients."""
        return [
            (
                "commercial_partner_id",
                "in",
                self.partner_id.commercial_partner_id.ids,
            ),
            ("stage_id.closed", "=", False),
        ]

    # === CARD === #

    def _kbs_prepare_card(self):
        """Return the plain values of the template ``kbs_support.kbs_ticket_card``.

        :return: dict of ``client`` (whether there is one), ``is_covered``, ``reason``
            and ``exception`` (sentences), ``is_to_check`` (found by the domain only),
            ``rows`` (see ``_kbs_get_card_rows``)
        """
        self.ensure_one()
        saved = self._origin
        is_known = bool(saved) and self.partner_id._origin == saved.partner_id
        if is_known:
            values = {
                "kbs_coverage": self.kbs_coverage,
                "kbs_coverage_reason": self.kbs_coverage_reason,
            }
            subscription = self.kbs_subscription_id.sudo()
        else:
            values, subscription = self._kbs_ask_coverage()
        is_covered = values["kbs_coverage"] != "not_covered"
        if not subscription and self.partner_id:
            subscription = self._kbs_get_known_subscription_sudo()
        return {
            "client": bool(self.partner_id),
            "is_covered": is_covered,
            "reason": values["kbs_coverage_reason"],
            "exception": self._kbs_tell_exception(),
            "is_to_check": is_known and self.kbs_found_by == "domain",
            "rows": self._kbs_get_card_rows(subscription._origin, is_covered),
        }

    def _kbs_ask_coverage(self):
        """Return the values of coverage, and the subscription, before saving."""
        partner = self.partner_id._origin
        company = self.company_id or self.env.company
        values, _company = self._kbs_get_coverage(partner, company)[partner]
        subscriptions = self.env["kbs.subscription"].sudo()
        return values, subscriptions.browse(values["kbs_subscription_id"])

    def _kbs_tell_exception(self):
        ticket = self.sudo()
        if not ticket.kbs_exception_reason:
            return False
        return self.env._(
            "Served by the exception of %(lead)s: %(reason)s",
            lead=ticket.kbs_exception_user_id.name,
            reason=ticket.kbs_exception_reason,
        )

    def _kbs_get_card_rows(self, subscription, is_covered):
        """Return the rows of the card; later parts add theirs.

        :param subscription: in sudo: what covers the client, or covered him last
        :param bool is_covered: whether the promises of its plan are his
        :return: list of dicts: ``label``, ``value`` and ``mark``, a Bootstrap colour of
            the text or False
        """
        if not subscription:
            return []
        rows = [(self.env._("Plan"), subscription.plan_id.name, False)]
        if is_covered:
            rows.append(self._kbs_get_card_validity(subscription))
            rows += self._kbs_get_card_promises(subscription.plan_id)
        rows += self._kbs_get_card_people(subscription)
        if debt := subscription.debt:
            amount = format_amount(self.env, debt, subscription.currency_id)
            rows.append((self.env._("Overdue debt"), amount, "danger"))
        return [
            {"label": label, "value": value, "mark": mark}
            for label, value, mark in rows
        ]

    def _kbs_get_card_validity(self, subscription):
        left = subscription.days_left
        text = self.env._(
            "%(date)s, %(days)s left",
            date=format_date(self.env, subscription.date_end),
            days=format_count(self.env, "day", max(left, 0)),
        )
        return (self.env._("Valid until"), text, "warning" if left <= 14 else False)

    def _kbs_get_card_promises(self, plan):
        return [
            (self.env._("Line hours"), plan.line_calendar_id.name, False),
            (self.env._("Reaction"), plan._tell_reaction(), False),
            (self.env._("Work included in a month"), plan._tell_included_work(), False),
            (self.env._("Remote sessions in a month"), plan._tell_sessions(), False),
        ]

    def _kbs_get_card_people(self, subscription):
        plan = subscription.plan_id
        rows = []
        if plan.has_specialist:
            name = subscription.specialist_id.name
            text = name or self.env._("not chosen yet")
            rows.append(
                (self.env._("Own specialist"), text, False if name else "warning")
            )
        if subscription.manager_id:
            rows.append((self.env._("Manager"), subscription.manager_id.name, False))
        return rows

    # === ACTIONS === #

    def action_kbs_client_tickets(self):
        """Open the open tickets of all contacts of the client's company."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.helpdesk_ticket_action_kbs_all"
        )
        action["domain"] = self._kbs_get_client_tickets_domain()
        action["context"] = {"default_partner_id": self.partner_id.id}
        return action
