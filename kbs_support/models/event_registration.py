from odoo import api, fields, models
from odoo.exceptions import AccessError

from .kbs_event_benefit import KINDS

# What decides about the benefit of somebody who is registered.
DECISIVE = {
    "partner_id",
    "email",
    "name",
    "event_id",
    "event_ticket_id",
    "event_slot_id",
}


class EventRegistration(models.Model):
    """A seat at a training event, and what the plan of the client gives for it.

    The benefit is a fact of the day on which the seat was taken, as the price of a
    period is: later changes of plans and tickets do not move it. Who judges is
    ``event_registration_benefit``; the end of coverage is followed by
    ``event_registration_review``.
    """

    _inherit = "event.registration"

    kbs_client_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Client",
        store=True,
        index="btree_not_null",
    )
    kbs_benefit = fields.Selection(
        selection=KINDS, string="Benefit", readonly=True, copy=False
    )
    kbs_discount = fields.Float(
        string="Discount, %", digits=(5, 2), readonly=True, copy=False
    )
    kbs_benefit_reason = fields.Char(
        string="Why This Benefit", readonly=True, copy=False
    )
    kbs_period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        string="Period of Support",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    kbs_subscription_id = fields.Many2one(
        related="kbs_period_id.subscription_id", store=True, index="btree_not_null"
    )
    kbs_plan_id = fields.Many2one(
        related="kbs_period_id.plan_id", store=True, index="btree_not_null"
    )
    kbs_person = fields.Char(
        string="Known by",
        readonly=True,
        copy=False,
        help="The address, or else the name, by which a person has the benefit once.",
    )
    kbs_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of Support"
    )
    kbs_price = fields.Monetary(
        string="To Pay",
        currency_field="kbs_currency_id",
        readonly=True,
        copy=False,
        help="Price of the seat after the benefit, tax included.",
    )

    _kbs_benefit_once = models.UniqueIndex(
        "(event_id, kbs_person) WHERE kbs_person IS NOT NULL"
        " AND kbs_benefit IN ('discount', 'free') AND state != 'cancel'"
        " AND active IS TRUE",
        "This person has the benefit for this event already.",
    )

    # === COMPUTE METHODS === #

    @api.depends("kbs_price")
    def _compute_registration_status(self):
        # EXTENDS event_sale: a seat that costs something is not sold without an order.
        result = super()._compute_registration_status()
        for registration in self.filtered(lambda x: not x.sale_order_id):
            registration.sale_status = "to_pay" if registration.kbs_price else "free"
        return result

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if any(self._kbs_get_settled_fields() & set(vals) for vals in vals_list):
            self._kbs_check_not_typed()
        registrations = super().create(vals_list)
        registrations.filtered(lambda x: not x.kbs_benefit)._kbs_settle_sudo()
        return registrations

    def write(self, vals):
        """Follow what decides about the benefit, and who comes back."""
        if self._kbs_get_settled_fields() & set(vals):
            self._kbs_check_not_typed()
        to_settle = self._kbs_get_to_settle(vals)
        # Until then they are nobody's: the database refuses two of one person.
        to_settle.sudo().kbs_person = False
        result = super().write(vals)
        to_settle._kbs_settle_sudo(is_named=True)
        return result

    def _kbs_get_to_settle(self, vals):
        """Return those whose benefit is decided anew when ``vals`` are written."""
        coming = self.filtered(lambda x: x.event_begin_date > fields.Datetime.now())
        is_decisive = bool(DECISIVE & set(vals))
        is_coming_back = vals.get("state", "cancel") != "cancel"
        return coming.filtered(
            lambda x: (
                is_coming_back
                if x.state == "cancel"
                else is_decisive and x.state in ("draft", "open")
            )
        )

    def _update_mail_schedulers(self):
        # REPLACES event's: that one prints tickets and commits in the middle of the
        # request, and then a seat stays without its benefit or order when they fail.
        if self.env.context.get("install_mode"):
            return
        if self.filtered(lambda x: x.state == "open"):
            # Sudo: visitors cause letters, and know nothing of jobs.
            self.env.ref("event.event_mail_scheduler").sudo()._trigger()

    @api.model
    def _kbs_get_settled_fields(self):
        """Names of the fields that only business methods write."""
        return {
            "kbs_benefit",
            "kbs_discount",
            "kbs_benefit_reason",
            "kbs_period_id",
            "kbs_person",
            "kbs_price",
        }

    def _kbs_check_not_typed(self):
        if not self.env.su:
            raise AccessError(
                self.env._("The benefit follows from the plan and cannot be written.")
            )

    def _kbs_get_unsettled(self):
        """Return those for which it is still to be decided what they get."""
        now = fields.Datetime.now()
        return self.filtered(
            lambda x: x.state in ("draft", "open") and x.event_begin_date > now
        )
