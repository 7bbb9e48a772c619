from odoo import api, fields, models


class HelpdeskTicket(models.Model):
    """When the consultation line is open for a client (L2)."""

    _inherit = "helpdesk.ticket"

    def _kbs_get_line_hours(self):
        """Return the hours of the line for this client as :class:`WorkTime`."""
        self.ensure_one()
        # Sudo: when the line is open is no secret.
        ticket = self.sudo()
        return self._kbs_choose_line_hours(
            ticket.kbs_plan_id, ticket.team_id, ticket.company_id
        )

    @api.model
    def _kbs_choose_line_hours(self, plan, team, company):
        """Return the hours of the line as :class:`WorkTime`.

        Those of the client's plan, else of the team, else of the company; where
        nobody has set any, the line is always open.

        :param plan: ``kbs.plan``, empty for a client without coverage
        :param team: ``helpdesk.ticket.team``, maybe empty
        """
        # Sudo: as above, also for a ticket that is not there yet.
        company = company.sudo()
        calendar = (
            plan.sudo().line_calendar_id
            or team.sudo().kbs_calendar_id
            or company._kbs_get_people_calendar()
        )
        return calendar._kbs_get_work_time(company)

    def _kbs_is_line_open(self, moment=None):
        """Say whether the line is open for this client.

        :param datetime moment: UTC (naive), now by default
        """
        return self._kbs_get_line_hours().is_open(moment or fields.Datetime.now())

    def _kbs_get_line_opening(self, moment=None):
        """Return when the line is open for this client from ``moment`` on.

        :param datetime moment: UTC (naive), now by default
        :return: UTC moment (naive): ``moment`` itself while the line is open; False
            for hours in which nobody ever works
        """
        hours = self._kbs_get_line_hours()
        return hours.next_open(moment or fields.Datetime.now()) or False
