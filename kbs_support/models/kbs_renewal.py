from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date


class KbsRenewal(models.Model):
    """The work of keeping one client past one end of his coverage.

    Opened when the renewal window opens, or when somebody makes an offer. Won by a
    later paid period, lost by a person with a reason.
    """

    _name = "kbs.renewal"
    _description = "Renewal of Support"
    _order = "ends_on, id"
    _check_company_auto = True

    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        string="Renewed Period",
        required=True,
        readonly=True,
        ondelete="cascade",
        help="The period after which the client is to stay.",
    )
    company_id = fields.Many2one(
        related="subscription_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(related="subscription_id.partner_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    ends_on = fields.Date(
        string="Coverage Ends",
        compute="_compute_ends_on",
        store=True,
        help="Last day of the coverage that is renewed.",
    )
    state = fields.Selection(
        selection=[
            ("open", "Running"),
            ("won", "Renewed"),
            ("lost", "Refused"),
            ("void", "Nothing to renew"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )
    order_ids = fields.One2many(
        comodel_name="sale.order", inverse_name="kbs_renewal_id", string="Quotations"
    )
    order_id = fields.Many2one(
        comodel_name="sale.order",
        string="Offer",
        compute="_compute_order_id",
        store=True,
        index="btree_not_null",
        help="The quotation that the client has, or the confirmed order.",
    )
    offer_state = fields.Selection(
        selection=[
            ("none", "No offer"),
            ("draft", "To be sent"),
            ("sent", "Sent"),
            ("sale", "Waits for payment"),
            ("paid", "Paid"),
        ],
        compute="_compute_offer_state",
        store=True,
    )
    amount_default = fields.Monetary(
        string="Usual Amount",
        readonly=True,
        help="The same term at the best price, when the renewal opened.",
    )
    amount_expected = fields.Monetary(
        string="Expected Revenue",
        compute="_compute_amount_expected",
        store=True,
        help="Total of the offer; before there is one, of the same term at the best "
        "price.",
    )

    # === REFUSED BY THE CLIENT === #
    lost_on = fields.Date(string="Refused on", readonly=True)
    close_reason_id = fields.Many2one(
        comodel_name="kbs.close.reason",
        string="Refused because",
        readonly=True,
        ondelete="restrict",
    )

    is_lost_by_closing = fields.Boolean(
        string="Lost by Leaving",
        readonly=True,
        help="Lost when the client left, not by a refusal before.",
    )

    _period_unique = models.Constraint(
        "UNIQUE (period_id)", "The renewal of this period is already running."
    )
    _state_index = models.Index("(company_id, ends_on) WHERE state = 'open'")

    # === COMPUTE METHODS === #

    @api.depends(
        "period_id",
        "subscription_id.period_ids.is_effective",
        "subscription_id.period_ids.date_end",
    )
    def _compute_ends_on(self):
        for renewal in self:
            renewal.ends_on = renewal.period_id._get_last_day()

    @api.depends(
        "lost_on",
        "ends_on",
        "period_id.is_effective",
        "subscription_id.closed_on",
        "subscription_id.period_ids.is_effective",
        "subscription_id.period_ids.is_paid",
        "subscription_id.period_ids.date_end",
    )
    def _compute_state(self):
        """Follow the payments, down as well as up: nobody declares a renewal won."""
        for renewal in self:
            later = renewal.subscription_id.period_ids.filtered(
                lambda x, end=renewal.ends_on: (
                    x.is_effective and x.is_paid and x.date_end > end
                )
            )
            if later:
                renewal.state = "won"
            elif renewal.lost_on:
                renewal.state = "lost"
            elif not renewal.period_id.is_effective:
                renewal.state = "void"
            else:
                is_closed = renewal.subscription_id.closed_on
                renewal.state = "lost" if is_closed else "open"

    @api.depends("order_ids.state")
    def _compute_order_id(self):
        for renewal in self:
            running = renewal.order_ids.filtered(lambda x: x.state != "cancel")
            renewal.order_id = running.sorted(lambda x: (x.state == "sale", x.id))[-1:]

    @api.depends("order_id.amount_total", "amount_default")
    def _compute_amount_expected(self):
        for renewal in self:
            order = renewal.order_id
            renewal.amount_expected = (
                order.amount_total if order else renewal.amount_default
            )

    @api.depends(
        "state",
        "order_id.state",
        "order_ids.order_line.kbs_period_ids.is_waiting_for_payment",
    )
    def _compute_offer_state(self):
        """Nobody waits for the payment of an order that was credited back."""
        for renewal in self:
            order = renewal.order_id
            periods = order.order_line.kbs_period_ids
            if renewal.state == "won":
                renewal.offer_state = "paid"
            elif order.state == "sale" and not any(
                x.is_waiting_for_payment for x in periods
            ):
                renewal.offer_state = "none"
            else:
                renewal.offer_state = order.state or "none"

    @api.depends("subscription_id", "ends_on")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for renewal in self:
            end = format_date(self.env, renewal.ends_on)
            renewal.display_name = f"{renewal.subscription_id.name} {end}".strip()

    # === BUSINESS METHODS === #

    @api.model
    def _open(self, subscriptions):
        """Return the renewal of each subscription's last period, making what lacks.

        :return: dict ``{subscription: renewal}``; without those that nothing covers or
            covered
        """
        periods = {x: x._get_renewed_period() for x in subscriptions}
        periods = {x: period for x, period in periods.items() if period}
        ids = [period.id for period in periods.values()]
        found = {x.period_id: x for x in self.search([("period_id", "in", ids)])}
        missing = {x: p for x, p in periods.items() if p not in found}
        offers = self.env["kbs.subscription"].union(*missing)._get_offers()
        created = self.create(
            [
                self._prepare_values(subscription, period, offers[subscription])
                for subscription, period in missing.items()
            ]
        )
        created._adopt_quotations()
        found |= {x.period_id: x for x in created}
        return {x: found[period] for x, period in periods.items()}

    @api.model
    def _prepare_values(self, subscription, period, offers):
        offer = subscription._get_default_offer(offers)
        return {
            "subscription_id": subscription.id,
            "period_id": period.id,
            "amount_default": offer.price if offer else period.price_total,
        }

    def _adopt_quotations(self):
        """Take over quotations that were made by hand before the renewal opened."""
        quotations = self.env["sale.order"].search(
            self._get_orphan_domain(), order="id"
        )
        newest = {x.kbs_subscription_id: x for x in quotations}
        for renewal in self:
            order = newest.get(renewal.subscription_id)
            if order:
                order.kbs_renewal_id = renewal

    def _get_orphan_domain(self):
        """Domain of open quotations for these subscriptions, made by hand."""
        return Domain(
            [
                ("kbs_subscription_id", "in", self.subscription_id.ids),
                ("kbs_renewal_id", "=", False),
                ("kbs_changed_period_id", "=", False),
                ("state", "in", ("draft", "sent")),
            ]
        )

    def _lose(self, reason):
        """The client refuses: quotations are withdrawn, the reason stays.

        :param reason: ``kbs.close.reason``
        """
        for company, renewals in self.grouped("company_id").items():
            renewals.write(
                {"lost_on": company._kbs_today(), "close_reason_id": reason.id}
            )
        self._withdraw_quotations()

    def _reopen(self):
        """Take a refusal back: the client thinks again."""
        self.write(
            {"lost_on": False, "close_reason_id": False, "is_lost_by_closing": False}
        )

    def _withdraw_quotations(self):
        quotations = self.order_ids.filtered(lambda x: x.state in ("draft", "sent"))
        if quotations:
            quotations._action_cancel()
            # Out of the way of the next one, in the database too.
            quotations.flush_recordset()
