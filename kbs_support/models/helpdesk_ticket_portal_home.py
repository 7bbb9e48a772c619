from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_datetime

MAX_TICKETS = 10


class HelpdeskTicket(models.Model):
    """The open tickets on the home page of a client."""

    _inherit = "helpdesk.ticket"

    @api.model
    def _prepare_portal_open_sudo(self, user):
        """Return the open tickets of ``user``'s company, what is due first at the top.

        Found by his own rights; sudo to read the deadline, which is told to him and
        is no field of the portal.

        :return: dict of ``count`` and ``rows`` (dicts of ``url``, ``number``,
            ``name``, ``stage``, ``due`` (words, or False) and ``is_late``)
        """
        domain = Domain("closed", "=", False) & Domain(
            "company_id", "in", user.company_ids.ids
        )
        own = self.with_user(user).search(domain).sudo()
        due = own.search(
            [("id", "in", own.ids)], order="kbs_deadline, id", limit=MAX_TICKETS
        )
        return {
            "count": len(own),
            "rows": [x._prepare_portal_open_row() for x in due],
        }

    def _prepare_portal_open_row(self):
        self.ensure_one()
        return {
            "url": self.access_url,
            "number": self.number,
            "name": self.name,
            "stage": self.stage_id.name,
            "due": self._kbs_tell_portal_due(),
            "is_late": self.kbs_clock_state == "missed",
        }

    def _kbs_tell_portal_due(self):
        """Say to the client until when he is answered, or False: nothing is due."""
        if not self.kbs_deadline or self.kbs_clock_state == "paused":
            return False
        moment = format_datetime(
            self.env,
            self.kbs_deadline,
            tz=self.company_id.kbs_tz,
            dt_format="short",
        )
        if self.kbs_next_metric == "resolution":
            return self.env._("Solution by %(moment)s", moment=moment)
        return self.env._("Answer by %(moment)s", moment=moment)
