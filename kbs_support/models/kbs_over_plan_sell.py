from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class KbsOverPlan(models.Model):
    """Hours sold for work that is over the plan: one click to a quotation."""

    _inherit = "kbs.over.plan"

    def action_sell_pack(self):
        """Make a quotation of packs for this work; when it is paid, they are drawn.

        :raise UserError: work of several clients, or a quotation runs already
        """
        self._check_open()
        rows = self.sudo()
        clients = rows.commercial_partner_id
        if len(clients) != 1 or len(rows.company_id) != 1:
            raise UserError(self.env._("Choose work of one client."))
        running = rows.order_id.filtered(lambda x: x.state != "cancel")
        if not running:
            # Sudo: the specialist offers, who sells goes on with it.
            running = self.env["sale.order"].sudo().create(rows._prepare_order())
            rows.write({"order_id": running.id, "decision": "pending"})
        return rows._get_order_action(running[0].with_user(self.env.user))

    def _get_order_action(self, order):
        """Open ``order``; who may not sell is told who goes on with it."""
        if order.has_access("read"):
            return {
                "type": "ir.actions.act_window",
                "res_model": "sale.order",
                "res_id": order.id,
                "views": [(False, "form")],
            }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Sales know of it"),
                "message": self.env._(
                    "Quotation %(order)s is with %(seller)s.",
                    order=order.sudo().name,
                    seller=order.sudo().user_id.name,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _prepare_order(self):
        product = self.env.ref("kbs_support.product_product_kbs_hour_pack_5")
        packs = -(-sum(self.mapped("minutes")) // max(product.kbs_minutes, 1))
        manager = self.subscription_id[:1].manager_id
        days = ", ".join(format_date(self.env, x.date) for x in self.sorted("date"))
        return {
            "partner_id": self.commercial_partner_id.id,
            "company_id": self.company_id.id,
            "user_id": manager.id or self.env.uid,
            "origin": self.env._("Work of %(days)s", days=days),
            "order_line": [
                Command.create({"product_id": product.id, "product_uom_qty": packs})
            ],
        }

    def _draw_ordered(self):
        """Draw these from the hours that were sold for them and are paid now."""
        missing = self._draw_bought()
        for row, over in zip(self, missing, strict=True):
            if not over:
                row.write(
                    {
                        "decision": "pack",
                        "decided_by_id": row.order_id.user_id.id or self.env.uid,
                        "decided_on": fields.Datetime.now(),
                    }
                )
