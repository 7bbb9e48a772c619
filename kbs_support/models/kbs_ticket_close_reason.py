from odoo import fields, models


class KbsTicketCloseReason(models.Model):
    """How a ticket ended: chosen when it is closed, and counted in reports."""

    _name = "kbs.ticket.close.reason"
    _description = "Reason for Closing a Ticket"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_text_required = fields.Boolean(
        string="Tell the Client",
        help="The ticket is not closed without a text to the client.",
    )
    is_void = fields.Boolean(
        string="Was No Request",
        help="Spam, a mistake: the client gets no letter and is asked for no rating; "
        "the open clocks end without a result.",
    )
    text = fields.Html(
        string="Suggested Text",
        translate=True,
        help="What the client is told, unless the specialist changes it.",
    )
    stage_id = fields.Many2one(
        comodel_name="helpdesk.ticket.stage",
        domain="[('closed', '=', True)]",
        ondelete="restrict",
        help="Empty: the first closed stage of the team.",
    )

    _name_unique = models.UniqueIndex("(name)", "This reason already exists.")
    _text_or_void = models.Constraint(
        "CHECK (NOT (is_text_required AND is_void))",
        "A request that was none needs no text to the client.",
    )
