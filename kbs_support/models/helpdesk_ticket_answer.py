from odoo import SUPERUSER_ID, fields, models


class HelpdeskTicket(models.Model):
    """What counts as an answer of ours, and what as a word of the client (L1)."""

    _inherit = "helpdesk.ticket"

    def _message_post_after_hook(self, message, msg_vals):
        # EXTENDS mail
        res = super()._message_post_after_hook(message, msg_vals)
        if not self.env.context.get("kbs_auto_reply"):
            # Sudo: a portal client may read only some fields of his message.
            self._kbs_note_message(message.sudo())
        return res

    def _kbs_note_message(self, message):
        """Let the clocks know of ``message``, when it was a word between people."""
        # The moment when it reached us: the date of a letter is what its sender says.
        now = fields.Datetime.now()
        # Sudo: who may write a message need not be allowed to move the ticket.
        ticket = self.sudo()
        if ticket._kbs_is_answer(message):
            ticket._kbs_note_answer(now)
        elif ticket._kbs_is_from_client(message):
            live = ticket._kbs_get_live_ticket()
            live._kbs_note_client_message(now)
            if live != ticket:
                live._message_log(
                    body=self.env._("The client wrote in %s", ticket._get_html_link())
                )

    def _kbs_is_answer(self, message):
        """A public message, or a logged call, by a person of ours."""
        if not self._kbs_is_ours(message.author_id):
            return False
        if message.mail_activity_type_id.category == "phonecall":
            return True
        return message.message_type in ("comment", "email") and not (
            message.is_internal or message.subtype_id.internal or not message.subtype_id
        )

    def _kbs_is_from_client(self, message):
        """A message by anybody who is not one of us; automatic replies are none."""
        return (
            message.message_type in ("comment", "email")
            and bool(message.subtype_id)
            and not message.is_internal
            and not message.subtype_id.internal
            and not self._kbs_is_ours(message.author_id)
        )

    def _kbs_is_ours(self, author):
        """Say whether ``author`` is an employee: a person, not the system."""
        users = author.sudo().with_context(active_test=False).user_ids
        return any(not x.share and x.id != SUPERUSER_ID for x in users)
