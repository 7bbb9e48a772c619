from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.locking import wait_for_others
from ..tools.offer import get_best_offer
from ..tools.wording import nest_quotes


class KbsSubscription(models.Model):
    """The running renewal of a subscription, and how an offer becomes a quotation."""

    _inherit = "kbs.subscription"

    renewal_ids = fields.One2many(
        comodel_name="kbs.renewal", inverse_name="subscription_id"
    )
    renewal_id = fields.Many2one(
        comodel_name="kbs.renewal",
        string="Running Renewal",
        compute="_compute_renewal_id",
        store=True,
        index="btree_not_null",
        help="The renewal that is running now.",
    )
    offer_state = fields.Selection(
        related="renewal_id.offer_state", string="Offer", store=True, index=True
    )
    offer_id = fields.Many2one(
        related="renewal_id.order_id", string="Renewal Quotation", store=True
    )

    @api.depends("renewal_ids.state")
    def _compute_renewal_id(self):
        # The amount that follows asks each record for its currency when it is
        # written: here for all at once.
        self.mapped("company_id")
        for subscription in self:
            running = subscription.renewal_ids.filtered(lambda x: x.state == "open")
            subscription.renewal_id = running.sorted("ends_on")[-1:]

    # === ACTIONS === #

    def action_renew(self):
        """Show every offer side by side."""
        self.ensure_one()
        self._check_renewable()
        action = self.env["ir.actions.client"]._for_xml_id(
            "kbs_support.kbs_offer_action"
        )
        return {**action, "context": {"active_id": self.id}}

    def action_renew_chosen(self):
        """Put the chosen subscriptions into a renewal run, for review."""
        if len(self.company_id) != 1:
            raise UserError(self.env._("Choose clients of one company."))
        run = self.env["kbs.renewal.run"].create(
            {"kind": "chosen", "company_id": self.company_id.id}
        )
        run._add(self.filtered(run._fits))
        if not run.line_ids:
            raise UserError(
                self.env._(
                    "None of the chosen clients can be renewed: nothing was paid, a "
                    "period waits for payment, or they refused."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "kbs.renewal.run",
            "res_id": run.id,
            "views": [[False, "form"]],
        }

    def action_quote(self):
        """Open an empty quotation for this subscription, made by hand."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale.action_quotations_with_onboarding"
        )
        action["views"] = [(False, "form")]
        action["context"] = {
            "default_partner_id": self.partner_id.id,
            "default_kbs_subscription_id": self.id,
        }
        return action

    # === BUSINESS METHODS === #

    def _get_renewed_period(self):
        """Return the paid or guaranteed period after which this client is to stay.

        After a change of plan it is the first one: the same end is renewed.
        """
        self.ensure_one()
        period = self._get_last_period()
        if not period.is_effective:
            return period.browse()
        return period._get_root_period()

    def _check_renewable(self):
        """Refuse to offer a renewal where there is nothing to renew.

        :raise UserError: closed, never paid, or the next period waits for payment
        """
        for subscription in self:
            unpaid = subscription._get_unpaid_period()
            if subscription.closed_on:
                reason = self.env._("it is closed. Reopen it, or sell a new one.")
            elif subscription.leaving_since:
                reason = self.env._(
                    "the client leaves at the end. Take that back first."
                )
            elif unpaid:
                reason = self.env._(
                    "the period %(period)s waits for payment, order %(order)s.",
                    period=unpaid.display_name,
                    order=unpaid.sudo().order_id.name or "—",
                )
            elif not subscription._get_renewed_period():
                reason = self.env._("nothing was paid yet.")
            else:
                continue
            raise UserError(
                self.env._(
                    "%(number)s, %(client)s cannot be renewed: %(reason)s",
                    number=subscription.name,
                    client=subscription.partner_id.name,
                    reason=reason,
                )
            )

    def _create_renewal_order(self, term, plan=None):
        """Return the draft quotation that renews this subscription.

        The best price that the rules give for the term; the running quotation of just
        this offer is returned again, one of another offer is withdrawn.

        :param term: ``kbs.term``
        :param plan: ``kbs.plan``, by default the plan of the last period
        :return: ``sale.order``
        :raise UserError: the term cannot be sold to this client now
        """
        self.ensure_one()
        offer = get_best_offer(self._get_offers(plan, term)[self], term)
        if not offer:
            raise UserError(
                self.env._(
                    "%(client)s cannot renew for %(term)s now: there is no price for "
                    "it, or these days are covered already.",
                    client=self.partner_id.name,
                    term=term.name,
                )
            )
        return self._create_renewal_orders([offer])[self]

    def _create_renewal_orders(self, offers):
        """Make the quotations of ``offers``, one for each of these subscriptions.

        Who comes second waits for the first one and is given the same quotation (S4).

        :param list offers: :class:`Offer`, at most one for each subscription
        :return: dict ``{subscription: sale.order}``
        :raise UserError: nothing to renew, or a colleague's quotation runs
        """
        wait_for_others(self)
        self._check_renewable()
        # Sudo: a renewal is kept by the system, a salesperson only reads it.
        renewals = self.env["kbs.renewal"].sudo()._open(self.sudo())
        self._check_no_colleague_offers(renewals)
        orders, missing = {}, []
        for offer in offers:
            running = renewals[offer.subscription.sudo()].order_id.with_env(self.env)
            is_quotation = running.state in ("draft", "sent")
            if is_quotation and offer.is_same_as(running):
                orders[offer.subscription] = running
            else:
                missing.append(offer)
        replaced = [renewals[x.subscription.sudo()] for x in missing]
        self.env["kbs.renewal"].sudo().union(*replaced)._withdraw_quotations()
        created = self.env["sale.order"].create(
            [
                self._prepare_renewal_order_values(x, renewals[x.subscription.sudo()])
                for x in missing
            ]
        )
        for offer, order in zip(missing, created, strict=True):
            orders[offer.subscription] = order
        return orders

    @api.model
    def _check_no_colleague_offers(self, renewals):
        """Withdraw no quotation of a colleague's behind his back.

        :param renewals: dict ``{subscription: kbs.renewal}``
        :raise UserError: the user may not see a running quotation
        """
        orders = self.env["sale.order"].union(
            *(x.order_id.with_env(self.env) for x in renewals.values())
        )
        # Sudo: the number and the seller are told, nothing else.
        for order in (orders - orders._filtered_access("read")).sudo():
            raise UserError(
                self.env._(
                    "%(client)s already has the quotation %(order)s by %(colleague)s. "
                    "Talk to your colleague first.",
                    client=nest_quotes(self.env, order.partner_id.name),
                    order=order.name,
                    colleague=order.user_id.name or "—",
                )
            )

    @api.model
    def _prepare_renewal_order_values(self, offer, renewal):
        """Values of the quotation of one :class:`Offer`, within ``renewal``."""
        subscription = offer.subscription
        return {
            "partner_id": subscription.partner_id.id,
            "company_id": subscription.company_id.id,
            "user_id": subscription._get_seller().id,
            "pricelist_id": offer.pricelist.id,
            "validity_date": offer.valid_until,
            "kbs_subscription_id": subscription.id,
            "kbs_renewal_id": renewal.id,
            "kbs_is_gap_paid": offer.is_gap_paid,
            "order_line": [fields.Command.create({"product_id": offer.product.id})],
        }

    def _get_seller(self):
        """Return whose order it is: the manager's, else of who makes the offer.

        Who sees only his own orders sells it himself.
        """
        self.ensure_one()
        manager = self._get_working_manager()
        if self.env.user.has_group("sales_team.group_sale_salesman_all_leads"):
            return manager or self.env.user
        return manager if self.env.su else self.env.user

    def _get_working_manager(self):
        """Return the manager, if he still works in this company, else nobody."""
        manager = self.manager_id
        return manager if self._has_working(manager) else manager.browse()

    def _has_working(self, user):
        """Say whether ``user`` still works in the company of this subscription."""
        # Sudo: who may work where is not for every salesperson to read.
        return user.active and self.company_id in user.sudo().company_ids
