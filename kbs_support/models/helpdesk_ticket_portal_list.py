from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.words_domain import get_words_domain


class HelpdeskTicket(models.Model):
    """The list of a client's tickets. Which ones he sees, his rights say."""

    _inherit = "helpdesk.ticket"

    @api.model
    def _kbs_get_portal_list_domain(self, search=""):
        """Domain of the list: what has all words of ``search``."""
        companies = self.env.user.company_ids
        return Domain("company_id", "in", companies.ids) & get_words_domain(
            search, ("number", "name")
        )

    @api.model
    def _kbs_get_portal_filters_sudo(self):
        """Return ``{key: domain}`` of the choices above the list.

        Sudo: which stages wait for the client is ours to know.
        """
        stages = self.env["helpdesk.ticket.stage"].sudo()
        waiting = stages.search([("kbs_is_waiting", "=", True)])
        return {
            "open": Domain("closed", "=", False),
            "waiting": Domain("stage_id", "in", waiting.ids),
            "closed": Domain("closed", "=", True),
            "own": Domain("partner_id", "=", self.env.user.partner_id.id),
        }

    def _kbs_prepare_portal_rows_sudo(self, group=None):
        """Return the rows of the list as plain values, in the order of ``self``.

        Found by the reader's rights; sudo to tell the deadline, see
        :meth:`_prepare_portal_open_sudo`.

        :param str group: field whose value is the heading of a row
        :return: list of dicts of ``url``, ``number``, ``name``, ``stage``,
            ``is_closed``, ``person``, ``opened``, ``closed`` (words, or False),
            ``due`` (words, or False), ``is_late`` and ``group``
        """
        return [
            {
                **ticket._prepare_portal_open_row(),
                "is_closed": ticket.closed,
                "person": ticket.partner_id.name,
                "opened": format_date(self.env, ticket.create_date),
                "closed": ticket.closed_date
                and format_date(self.env, ticket.closed_date),
                "group": group and (ticket[group].name or self.env._("Not given")),
            }
            for ticket in self.sudo()
        ]
