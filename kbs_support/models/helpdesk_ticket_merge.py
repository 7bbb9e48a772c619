from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize, html2plaintext

from ..tools.locking import wait_for_others


class HelpdeskTicket(models.Model):
    """Several tickets about one thing become one.

    The ticket that was taken in first stays, with its clocks: no promise to the client
    becomes a later one. The others close as its duplicates.
    """

    _inherit = "helpdesk.ticket"

    duplicate_id = fields.Many2one(index="btree_not_null")

    _kbs_no_duplicate_of_itself = models.Constraint(
        "CHECK (duplicate_id != id)", "A ticket cannot be a duplicate of itself."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("duplicate_id")
    def _check_kbs_duplicate(self):
        """One step from a duplicate to its ticket, so never a circle."""
        for ticket in self.filtered("duplicate_id"):
            if ticket.duplicate_id.duplicate_id or ticket.duplicate_ids:
                raise ValidationError(
                    self.env._(
                        "%(ticket)s and %(target)s: one of them is a duplicate of "
                        "another ticket, or has duplicates. Choose the ticket that "
                        "stays open.",
                        ticket=ticket.number,
                        target=ticket.duplicate_id.number,
                    )
                )

    # === ACTIONS === #

    def action_kbs_merge(self):
        """Ask into which ticket these are merged."""
        return self._kbs_open_merge(is_moving=True)

    def action_open_duplicate_wizard(self):
        # OVERRIDE helpdesk_mgmt: our question knows clients, clocks and circles.
        return self._kbs_open_merge(is_moving=False)

    def _kbs_open_merge(self, is_moving):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Tickets"),
            "res_model": "kbs.ticket.merge",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_ticket_ids": self.ids,
                "default_is_moving": is_moving,
            },
        }

    # === BUSINESS METHODS === #

    def _kbs_get_live_ticket(self):
        """Return the ticket in which the talk goes on: itself, or what it joined.

        For whoever has an old number: a letter to it belongs to the live ticket. One
        step is enough, see ``_check_kbs_duplicate``. Empty for none.
        """
        return self.duplicate_id or self

    def _kbs_get_client_key(self):
        """Return whose ticket this is: company, else address, else False (E1)."""
        email = email_normalize(self.partner_email or "")
        return self.commercial_partner_id or email or False

    def _kbs_get_first(self):
        """Return the open ticket of these that was taken in first."""
        waiting = self.filtered(
            lambda x: x.active and not x.closed and not x.duplicate_id
        )
        return waiting.sorted(lambda x: (x.kbs_received_at, x.id))[:1]

    def _kbs_merge_into(self, target, is_moving=True):
        """Close these tickets as duplicates of ``target``.

        :param bool is_moving: whether messages, files and calls go to ``target``
        :raise UserError: another client, a circle, or an older promise than there
        """
        everything = self | target
        everything.check_access("write")
        wait_for_others(everything)
        for fault in self._kbs_get_merge_faults(target):
            raise UserError(fault)
        self.duplicate_ids.duplicate_id = target
        if is_moving:
            for ticket in self:
                ticket._kbs_move_contents_sudo(target)
        since = self._kbs_get_waiting_since_sudo()
        self._kbs_drop_clocks(self.env._("Merged into %s", target.number))
        self._kbs_close_as_duplicates(target)
        self._kbs_note_merge(target)
        target._kbs_follow_also(self)
        target.priority = max(x.priority or "0" for x in everything)
        if since:
            target._kbs_wait_since(since, with_words=is_moving)
        target._kbs_tell_merged(self)

    def _kbs_get_merge_faults(self, target):
        """Yield why these cannot be merged into ``target``, most important first."""
        everything = self | target
        if not self or not target or target in self:
            yield self.env._("Choose a ticket, and another one that it is merged into.")
        keys = {x._kbs_get_client_key() for x in everything}
        if len(keys) > 1 or False in keys or len(everything.company_id) > 1:
            yield self.env._("Only tickets of one client can be merged.")
        if merged := everything.filtered("duplicate_id")[:1]:
            yield self.env._(
                "%(ticket)s is already merged into %(target)s.",
                ticket=merged.number,
                target=merged.duplicate_id.number,
            )
        if target.closed:
            yield self.env._("%s is closed: reopen it first.", target.number)
        if not target.active:
            yield self.env._("%s is archived: restore it first.", target.number)
        first = everything._kbs_get_first()
        if first and first != target:
            yield self.env._(
                "Merge into %s: it was taken in first, and what was promised to the "
                "client then has to stay.",
                first.number,
            )

    def _kbs_move_contents_sudo(self, target):
        """Move what was said and sent to ``target``, each message with its origin.

        The messages keep their identity, so answers to old letters land in ``target``.
        Sudo: nobody but the system may move a message; both tickets can be written by
        who merges.
        """
        self.ensure_one()
        ticket, target = self.sudo(), target.sudo()
        messages = ticket._kbs_get_talk()
        ticket._kbs_copy_description(target, messages)
        for message in messages:
            own = message.subject != ticket.display_name and message.subject
            # Letters carry the number in brackets already.
            own = (own or ticket.name).removeprefix(f"[{ticket.number}] ")
            message.subject = f"{ticket.number}: {own}"
        messages.write({"res_id": target.id})
        ticket.attachment_ids.write({"res_id": target.id})

    def _kbs_get_talk(self):
        """Return what people wrote here: letters, comments and notes, oldest first."""
        return self.message_ids.filtered(
            lambda x: x.message_type in ("email", "comment")
        ).sorted(lambda x: (x.date, x.id))

    def _kbs_copy_description(self, target, messages):
        """Make the first text of this ticket a message of ``target``.

        Not for a ticket that came as a letter: the letter is among ``messages``.
        """
        text = html2plaintext(self.description or "").strip()
        if text in {html2plaintext(x.body or "").strip() for x in messages}:
            return
        # Made, not posted: nobody is to be told of it again, and no clock starts.
        self.env["mail.message"].create(
            {
                "model": "helpdesk.ticket",
                "res_id": target.id,
                "message_type": "comment",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "author_id": self.partner_id.id,
                "email_from": self.partner_id.email_formatted or self.partner_email,
                "date": self.kbs_received_at,
                "subject": f"{self.number}: {self.name}",
                "body": self.description,
            }
        )

    def _kbs_get_waiting_since_sudo(self):
        """Return since when (UTC) the client waits for an answer here, or False."""
        clocks = self._kbs_get_open_clocks_sudo("first_response", "next_response")
        return min(clocks.mapped("date_start"), default=False)

    def _kbs_wait_since(self, moment, with_words):
        """The client has waited for an answer to this ticket since ``moment`` at least.

        A clock of the next answer that began later is not what he was promised.

        :param bool with_words: what he wrote has come along. Without it a ticket that
            waits for him goes on waiting, and so does the clock
        """
        clocks = self._kbs_get_open_clocks_sudo("next_response")
        clocks.filtered(lambda x: x.date_start > moment)._cancel(
            self.env._("Merged: the client has been waiting longer")
        )
        if with_words:
            self._kbs_note_client_message(moment)
            return
        self._kbs_owe_answer(moment)
        if self._kbs_get_open_pause_sudo():
            clocks = self._kbs_get_open_clocks_sudo("next_response")
            clocks._pause(fields.Datetime.now())

    def _kbs_close_as_duplicates(self, target):
        """Close, and remember of what; the client gets one letter about all of it."""
        self._kbs_mute_stage_letter()
        self.duplicate_id = target
        self.filtered(lambda x: not x.closed)._kbs_move_to_closed_stage()

    def _kbs_note_merge(self, target):
        note = self.env._("Merged into %s", target._get_html_link())
        self._message_log_batch(bodies=dict.fromkeys(self.ids, note))
        links = Markup(", ").join(ticket._get_html_link() for ticket in self)
        target._message_log(body=self.env._("Merged into this ticket: %s", links))

    def _kbs_follow_also(self, merged):
        """Followers of ``merged`` follow this ticket too, except strangers."""
        own = self.commercial_partner_id
        self.message_subscribe(
            merged.message_partner_ids.filtered(
                lambda x: x.partner_share is False or x.commercial_partner_id == own
            ).ids
        )

    def _kbs_tell_merged(self, merged):
        """Write once to all who asked, with the number that stays."""
        template = self.env.ref(
            "kbs_support.mail_template_kbs_merged", raise_if_not_found=False
        )
        if template:
            numbers = ", ".join(merged.mapped("number"))
            self._kbs_send_letter(
                template.with_context(kbs_merged_numbers=numbers), also=merged
            )
