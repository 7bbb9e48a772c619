from odoo import models


class HelpdeskTicket(models.Model):
    """Warnings go to the inbox of Odoo, whatever way a user reads other messages."""

    _inherit = "helpdesk.ticket"

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        # EXTENDS mail: nobody wants a letter for every clock.
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        if self.env.context.get("kbs_inbox_only"):
            for recipient in recipients:
                recipient["notif"] = "inbox"
        return recipients
