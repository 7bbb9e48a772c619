from odoo import api, models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        # EXTENDS mail: a stranger who writes to the line is a prospect.
        routes = super().message_route(
            message, message_dict, model, thread_id, custom_values
        )
        tickets = self.env["helpdesk.ticket"]
        return [tickets._kbs_route_stranger(x, message_dict) for x in routes or ()]
