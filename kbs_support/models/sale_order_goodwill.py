from odoo import api, fields, models

from ..tools.wording import format_minutes


class SaleOrder(models.Model):
    """What the client got beyond his plan for nothing: told when he renews (E3)."""

    _inherit = "sale.order"

    kbs_goodwill_minutes = fields.Integer(
        string="Minutes beyond the Plan",
        compute="_compute_kbs_goodwill",
        compute_sudo=True,
    )
    kbs_goodwill = fields.Char(
        string="Given beyond the Plan",
        compute="_compute_kbs_goodwill",
        compute_sudo=True,
        help="Work over the plan that was given as goodwill during the period that is "
        "renewed. The offer tells it to the client.",
    )

    @api.depends("kbs_renewal_id.period_id", "kbs_renewal_id.ends_on")
    @api.depends_context("lang")
    def _compute_kbs_goodwill(self):
        """Nothing where nothing was given, or nothing is renewed."""
        given = self.kbs_renewal_id._get_goodwill_minutes()
        for order in self:
            minutes = given.get(order.kbs_renewal_id, 0)
            order.kbs_goodwill_minutes = minutes
            told = format_minutes(self.env, minutes) if minutes else False
            order.kbs_goodwill = told


class KbsRenewal(models.Model):
    _inherit = "kbs.renewal"

    def _get_goodwill_minutes(self):
        """Return the minutes given as goodwill in what is renewed, by one query.

        After a change of plan that is all from the first day of the old plan on.

        :return: ``{renewal: minutes}``
        """
        renewals = self.filtered(lambda x: x.period_id.date_start and x.ends_on)
        if not renewals:
            return {}
        rows = self.env["kbs.over.plan"].search_fetch(
            [
                ("subscription_id", "in", renewals.subscription_id.ids),
                ("decision", "=", "goodwill"),
                ("date", ">=", min(renewals.period_id.mapped("date_start"))),
                ("date", "<=", max(renewals.mapped("ends_on"))),
            ],
            ["subscription_id", "date", "minutes"],
        )
        by_subscription = rows.grouped("subscription_id")
        return {
            renewal: sum(
                x.minutes
                for x in by_subscription.get(renewal.subscription_id, rows.browse())
                if renewal.period_id.date_start <= x.date <= renewal.ends_on
            )
            for renewal in renewals
        }
