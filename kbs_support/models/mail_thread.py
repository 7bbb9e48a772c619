import logging

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..tools.mail_headers import get_automation

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """Letters on their way in: which are tickets, and none is lost.

    What a ticket does with a letter is in ``helpdesk_ticket_gateway``.
    """

    _inherit = "mail.thread"

    def message_process(self, model, message, *args, **kwargs):
        """Keep a letter to the consultation line whatever goes wrong with it.

        Odoo's fetching of mail marks a letter that failed as read, and it is gone.
        """
        try:
            with self.env.cr.savepoint():
                return super().message_process(model, message, *args, **kwargs)
        except Exception as error:
            self.env.invalidate_all(flush=False)
            is_repeated = isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
            if is_repeated and not self.env.context.get("fetchmail_cron_running"):
                raise
            ticket = self.env["helpdesk.ticket"]._kbs_keep_letter(message, model)
            if not ticket:
                raise
            _logger.exception(
                "A letter could not be processed: it is attached to ticket %s",
                ticket.number,
            )
            return ticket.id

    def message_route(self, message, message_dict, *args, **kwargs):
        routes = super().message_route(message, message_dict, *args, **kwargs)
        if any(route[0] == "helpdesk.ticket" for route in routes):
            tickets = self.env["helpdesk.ticket"]
            routes = tickets._kbs_complete_routes(message, message_dict, routes)
        return routes

    def _message_route_process(self, message, message_dict, routes):
        """An automatic answer to a ticket is a note: nobody has answered."""
        automation = get_automation(message)
        ours = [x for x in routes or [] if x[0] == "helpdesk.ticket"]
        if not (automation and ours):
            return super()._message_route_process(message, message_dict, routes)
        others = [x for x in routes if x not in ours]
        result = False
        if others:
            result = super()._message_route_process(message, dict(message_dict), others)
        for route in ours:
            is_internal = bool(route[1]) or message_dict.get("is_internal", False)
            result = super(
                MailThread, self.with_context(kbs_auto_reply=True)
            )._message_route_process(
                message, {**message_dict, "is_internal": is_internal}, [route]
            )
        return result
