import logging

from odoo import api, models

_logger = logging.getLogger(__name__)


class CrmLead(models.Model):
    """A stranger's mail to the consultation line, as a prospect."""

    _inherit = "crm.lead"

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a prospect of the mail; where that fails, it is a ticket after all.

        So no mail is lost, whatever is wrong in CRM.
        """
        values = dict(custom_values or {})
        if "kbs_ticket_values" not in values:
            return super().message_new(msg_dict, custom_values)
        ticket_values = values.pop("kbs_ticket_values")
        try:
            with self.env.cr.savepoint():
                lead = super().message_new(msg_dict, values)
                self.env.flush_all()
                return lead
        except Exception:  # whatever it is, somebody has to read the mail
            _logger.exception(
                "No prospect could be made of the mail %s: it is a ticket now",
                msg_dict.get("message_id"),
            )
            return self.env["helpdesk.ticket"].message_new(msg_dict, ticket_values)
