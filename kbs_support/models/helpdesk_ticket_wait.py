from odoo import fields, models


class HelpdeskTicket(models.Model):
    """A ticket that waits for its client: its clocks stand still (L4)."""

    _inherit = "helpdesk.ticket"

    kbs_pause_ids = fields.One2many(
        comodel_name="kbs.ticket.pause",
        inverse_name="ticket_id",
        string="Waiting Times",
        copy=False,
    )

    def _kbs_pause_clocks(self, reason, is_total=False):
        """Stop the clocks: the ticket waits for its client (L4).

        :param bool is_total: the clock of the first answer stands still as well
        """
        now = fields.Datetime.now()
        clocks = self._kbs_get_open_clocks_sudo()
        if not is_total:
            clocks = clocks.filtered(lambda x: x.metric != "first_response")
        clocks._pause(now)
        if is_total:
            self._kbs_end_pauses()
        idle = self.filtered(lambda x: not x._kbs_get_open_pause_sudo())
        self.env["kbs.ticket.pause"].sudo().create(
            [
                {
                    "ticket_id": x.id,
                    "date_start": now,
                    "reason": reason,
                    "is_total": is_total,
                }
                for x in idle
            ]
        )

    def _kbs_get_open_pause_sudo(self):
        return self.sudo().kbs_pause_ids.filtered(lambda x: not x.date_end)

    def _kbs_resume_clocks(self):
        self._kbs_end_pauses()
        self._kbs_get_open_clocks_sudo()._resume()

    def _kbs_end_pauses(self):
        pauses = self._kbs_get_open_pause_sudo()
        pauses.write({"date_end": fields.Datetime.now()})
        # Another pause may begin at once, and there is one open pause each.
        pauses.flush_recordset()
