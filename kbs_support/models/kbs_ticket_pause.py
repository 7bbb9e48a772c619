from odoo import fields, models


class KbsTicketPause(models.Model):
    """A stretch in which a ticket waited for its client: clocks stood still (L4).

    It belongs to the ticket: a change of the promise loses no pause (glpi#6902).
    """

    _name = "kbs.ticket.pause"
    _description = "Pause of a Ticket"
    _order = "date_start desc, id desc"

    ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="ticket_id.company_id", store=True, index=True)
    date_start = fields.Datetime(string="From", required=True)
    date_end = fields.Datetime(string="Until", help="Empty while the ticket waits.")
    reason = fields.Char()
    is_total = fields.Boolean(
        string="First Answer Too",
        help="Also the clock of the first answer stood still: the client could not be "
        "reached, and that is proved.",
    )

    _in_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_start <= date_end)",
        "A pause cannot end before it begins.",
    )
    _one_open = models.UniqueIndex(
        "(ticket_id) WHERE date_end IS NULL", "This ticket already waits."
    )
