from odoo import fields, models


class EventEventTicket(models.Model):
    _inherit = "event.event.ticket"

    kbs_benefit_ids = fields.One2many(
        comodel_name="kbs.event.benefit",
        inverse_name="ticket_id",
        string="Benefits of Plans",
    )

    def _kbs_get_rules_sudo(self, plans):
        """Return ``{(ticket, plan): Rule}``: the ticket's own, else the plan's.

        Sudo: clients read no benefits, they are told their own.
        """
        own = {
            (x.ticket_id.id, x.plan_id.id): x._get_rule()
            for x in self.env["kbs.event.benefit"]
            .sudo()
            .search([("ticket_id", "in", self.ids), ("plan_id", "in", plans.ids)])
        }
        return {
            (ticket, plan): own.get((ticket.id, plan.id)) or plan._get_event_rule()
            for ticket in self
            for plan in plans.sudo()
        }
