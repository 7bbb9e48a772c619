from odoo import api, fields, models


class KbsRenewal(models.Model):
    """What a letter about a renewal says: to whom, how much, until when.

    Computed for all renewals of a batch at once, and never stored: prices and days are
    those of today.
    """

    _inherit = "kbs.renewal"

    recipient_id = fields.Many2one(
        comodel_name="res.partner",
        string="Letters Go to",
        compute="_compute_recipient_id",
        compute_sudo=True,
        help="The client, else his company, else its contact for invoices: the first "
        "who has an e-mail address.",
    )
    days_to_end = fields.Integer(
        string="Days to the End",
        compute="_compute_days_to_end",
        help="Days from today to the end of coverage; negative after it.",
    )
    grace_until = fields.Date(
        string="Without a Gap until",
        compute="_compute_offer",
        compute_sudo=True,
        help="Last day on which a renewal still continues the coverage.",
    )
    # === OFFER === #
    offer_plan_id = fields.Many2one(
        comodel_name="kbs.plan", compute="_compute_offer", compute_sudo=True
    )
    offer_term_id = fields.Many2one(
        comodel_name="kbs.term", compute="_compute_offer", compute_sudo=True
    )
    offer_price = fields.Monetary(compute="_compute_offer", compute_sudo=True)
    offer_price_month = fields.Monetary(compute="_compute_offer", compute_sudo=True)
    offer_saving = fields.Monetary(
        compute="_compute_offer",
        compute_sudo=True,
        help="What the loyalty programme takes off the regular price.",
    )
    offer_valid_until = fields.Date(compute="_compute_offer", compute_sudo=True)
    offer_url = fields.Char(compute="_compute_offer_url", compute_sudo=True)

    # === COMPUTE METHODS === #

    @api.depends("subscription_id.partner_id.commercial_partner_id.child_ids.email")
    def _compute_recipient_id(self):
        for renewal in self:
            client = renewal.subscription_id.partner_id
            renewal.recipient_id = client._kbs_get_letter_recipient()

    @api.depends("ends_on", "subscription_id.pause_ids.date_end")
    def _compute_days_to_end(self):
        for renewal in self:
            today = renewal.subscription_id._get_clock_day()
            renewal.days_to_end = (
                (renewal.ends_on - today).days if renewal.ends_on else 0
            )

    @api.depends("state", "offer_state", "order_id.amount_total", "ends_on")
    def _compute_offer(self):
        """The order that the client has, else what would be offered today."""
        running = self.filtered(lambda x: x.state == "open")
        offers = running.subscription_id._get_offers()
        for renewal in self:
            own = offers.get(renewal.subscription_id, []) if renewal in running else []
            renewal.update(renewal._prepare_offer_values(own))

    def _prepare_offer_values(self, offers):
        """Values of the fields about the offer.

        :param list offers: every :class:`Offer` of today
        """
        subscription, order = self.subscription_id, self._get_shown_order()
        last_day = offers and subscription._get_grace_last_day()
        is_over = last_day and last_day < subscription._get_clock_day()
        values = {
            "grace_until": last_day and not is_over and last_day,
            "offer_plan_id": subscription.plan_id.id,
            "offer_term_id": False,
            "offer_price": 0.0,
            "offer_price_month": 0.0,
            "offer_saving": 0.0,
            "offer_valid_until": False,
        }
        if order:
            same = [x for x in offers if x.is_same_as(order)]
            values.update(self._prepare_order_values(order))
            values["offer_saving"] = same[0].saving if same else 0.0
        elif offer := subscription._get_default_offer(offers):
            values.update(
                offer_plan_id=offer.plan.id,
                offer_term_id=offer.term.id,
                offer_price=offer.price,
                offer_price_month=offer.price_month,
                offer_saving=offer.saving if offer.is_loyalty else 0.0,
                offer_valid_until=offer.valid_until,
            )
        return values

    @api.model
    def _prepare_order_values(self, order):
        line = order._kbs_get_plan_lines()[:1]
        is_quotation = order.state == "sent"
        return {
            "offer_plan_id": line.kbs_plan_id.id,
            "offer_term_id": line.kbs_term_id.id,
            "offer_price": order.amount_total,
            "offer_price_month": line.kbs_price_month,
            "offer_valid_until": is_quotation and order.validity_date,
        }

    @api.depends("order_id", "offer_state")
    def _compute_offer_url(self):
        for renewal in self:
            order = renewal._get_shown_order()
            renewal.offer_url = (
                order.get_base_url() + order.get_portal_url() if order else False
            )

    def _get_shown_order(self):
        """Return the quotation that was sent, or the confirmed order, if there is one.

        A draft is not shown: somebody still has to look at it. Nor is an order that
        was credited back.
        """
        order = self.order_id
        is_shown = order.state in ("sent", "sale") and self.offer_state != "none"
        return order if is_shown else order.browse()

    # === BUSINESS METHODS === #

    def _get_bought_on(self):
        """Return the local day on which the client bought last, or service began.

        The renewed period: sold, paid, started. The order of the renewal: confirmed.
        """
        period, order = self.period_id, self.order_id
        moments = [period.order_id.date_order]
        if order.state == "sale":
            moments.append(order.date_order)
        days = [self.company_id._kbs_to_local_date(x) for x in moments if x]
        return max(filter(None, [period.date_start, period.first_paid_on, *days]))
