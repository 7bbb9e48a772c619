from odoo import api, fields, models


class KbsTicketSplit(models.TransientModel):
    """Asks which messages of a ticket are another question."""

    _name = "kbs.ticket.split"
    _description = "Split a Ticket"

    ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket", required=True, ondelete="cascade"
    )
    line_ids = fields.One2many(
        comodel_name="kbs.ticket.split.line",
        inverse_name="split_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        string="Messages",
    )
    name = fields.Char(string="Title of the New Ticket", required=True)

    @api.depends("ticket_id")
    def _compute_line_ids(self):
        """All that people wrote; nothing chosen yet.

        Sudo: who may read a ticket may read what was written in it.
        """
        for wizard in self:
            wizard.ticket_id.check_access("read")
            talk = wizard.ticket_id.sudo()._kbs_get_talk()
            wizard.line_ids = [(5, 0, 0)] + [
                (0, 0, {"message_id": message.id}) for message in talk
            ]

    def action_split(self):
        """Make the new ticket and show it."""
        self.ensure_one()
        chosen = self.line_ids.filtered("is_chosen").message_id
        ticket = self.ticket_id._kbs_split(chosen, self.name)
        return {
            "type": "ir.actions.act_window",
            "res_model": "helpdesk.ticket",
            "res_id": ticket.id,
            "view_mode": "form",
        }


class KbsTicketSplitLine(models.TransientModel):
    """One message that may be another question."""

    _name = "kbs.ticket.split.line"
    _description = "Message of a Ticket to Be Split"

    split_id = fields.Many2one(
        comodel_name="kbs.ticket.split", required=True, ondelete="cascade"
    )
    message_id = fields.Many2one(
        comodel_name="mail.message", required=True, ondelete="cascade"
    )
    is_chosen = fields.Boolean(string="Take")
    date = fields.Datetime(compute="_compute_message")
    author_id = fields.Many2one(
        comodel_name="res.partner", string="Who Wrote", compute="_compute_message"
    )
    preview = fields.Char(string="Text", compute="_compute_message")

    @api.depends("message_id")
    def _compute_message(self):
        """Show the messages to who may read them: a line could name any of them."""
        # Fields of mail.message ask for no right, so it is asked for here.
        self.message_id._origin.check_access("read")
        for line in self:
            line.date = line.message_id.date
            line.author_id = line.message_id.author_id
            line.preview = line.message_id.preview
