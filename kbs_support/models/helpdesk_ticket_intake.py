from odoo import api, models

DEFAULTED = ("partner_id", "partner_email", "team_id", "company_id", "user_id")
# What is decided later: nobody gives it to himself with a new ticket.
NOT_GIVEN = ("kbs_exception_reason", "kbs_exception_user_id", "kbs_lead_id")


class HelpdeskTicket(models.Model):
    """What happens when a ticket is taken in, whatever way it came."""

    _inherit = "helpdesk.ticket"

    @api.model_create_multi
    def create(self, vals_list):
        """Find the client and who answers, then start the clocks (E6, L3)."""
        if self.env.context.get("kbs_plain_intake"):
            # A letter whose intake failed: better a plain ticket than none.
            return super().create(vals_list)
        tickets = super().create(self._kbs_complete_intake(vals_list))
        tickets._kbs_start_clocks()
        tickets._kbs_call_leaders()
        return tickets

    @api.model
    def _kbs_complete_intake(self, vals_list):
        """Return ``vals_list`` completed by what the tickets need from the start.

        Client, coverage and assignee, for all tickets at once.
        """
        context = self.env.context
        vals_list = [
            {
                name: context[f"default_{name}"]
                for name in DEFAULTED
                if f"default_{name}" in context
            }
            | vals
            | dict.fromkeys(NOT_GIVEN, False)
            for vals in vals_list
        ]
        self._kbs_put_teams(vals_list)
        self._kbs_find_clients(vals_list)
        self._kbs_cover(vals_list)
        self._kbs_route(vals_list)
        return vals_list
