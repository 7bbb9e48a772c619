from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html


class HelpdeskTicket(models.Model):
    """Two questions in one ticket become two tickets."""

    _inherit = "helpdesk.ticket"

    kbs_split_from_id = fields.Many2one(
        comodel_name="helpdesk.ticket",
        string="Split from",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    kbs_split_ids = fields.One2many(
        comodel_name="helpdesk.ticket",
        inverse_name="kbs_split_from_id",
        string="Split into",
    )

    def action_kbs_split(self):
        """Ask which messages are another question."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Split the Ticket"),
            "res_model": "kbs.ticket.split",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ticket_id": self.id},
        }

    def _kbs_split(self, messages, name):
        """Take ``messages`` into a new ticket of the same client.

        Its promise counts from the first of them that the client wrote, not from now:
        he has been waiting since then. The messages stay here too.

        :param messages: what people wrote in this ticket
        :return: the new ticket
        """
        self.ensure_one()
        self.check_access("write")
        if not messages or messages - self.sudo()._kbs_get_talk():
            raise UserError(self.env._("Choose messages of this ticket."))
        if self.duplicate_id:
            raise UserError(
                self.env._("%s is merged: split the other ticket.", self.number)
            )
        messages = messages.sorted(lambda x: (x.date, x.id))
        ticket = self.create(self._kbs_prepare_split_values(messages, name))
        ticket._kbs_copy_messages_sudo(messages)
        ticket._message_log(body=self.env._("Split from %s", self._get_html_link()))
        self._message_log(body=self.env._("Split into %s", ticket._get_html_link()))
        return ticket

    def _kbs_prepare_split_values(self, messages, name):
        # Notes of ours stay notes: the client reads the first text of his ticket.
        public = messages.filtered(
            lambda x: not x.is_internal and x.subtype_id and not x.subtype_id.internal
        )
        asked = public.filtered(lambda x: not self._kbs_is_ours(x.author_id))[:1]
        return {
            "name": name,
            "description": (asked or public[:1]).body or plaintext2html(name),
            "partner_id": self.partner_id.id,
            "partner_name": self.partner_name,
            "partner_email": self.partner_email,
            "company_id": self.company_id.id,
            "team_id": self.team_id.id,
            "user_id": self.user_id.id,
            "category_id": self.category_id.id,
            "channel_id": self.channel_id.id,
            "priority": self.priority,
            "kbs_software_id": self.kbs_software_id.id,
            "kbs_received_at": asked.date or fields.Datetime.now(),
            "kbs_split_from_id": self.id,
        }

    def _kbs_copy_messages_sudo(self, messages):
        """Put copies of ``messages`` with their files here.

        Sudo: only the system makes a message in another's name; the original can be
        read by who splits.
        """
        for message in messages.sudo():
            files = message.attachment_ids
            place = {"res_model": self._name, "res_id": self.id}
            copies = [x.copy(place).id for x in files]
            message.create(
                {
                    "model": self._name,
                    "res_id": self.id,
                    "message_type": message.message_type,
                    "subtype_id": message.subtype_id.id,
                    "is_internal": message.is_internal,
                    "author_id": message.author_id.id,
                    "email_from": message.email_from,
                    "date": message.date,
                    "subject": message.subject,
                    "body": message.body,
                    "attachment_ids": [(6, 0, copies)],
                }
            )
