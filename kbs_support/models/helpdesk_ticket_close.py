from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from ..tools.locking import wait_for_others

MUTED = "kbs_support.muted_stage_letters"


class HelpdeskTicket(models.Model):
    """Closing with a reason and a word to the client, and reopening."""

    _inherit = "helpdesk.ticket"

    kbs_close_reason_id = fields.Many2one(
        comodel_name="kbs.ticket.close.reason",
        string="Closed, because",
        readonly=True,
        copy=False,
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        res = super().write(vals)
        if "stage_id" in vals:
            reopened = self.filtered(lambda x: x.kbs_close_reason_id and not x.closed)
            if reopened:
                reopened.kbs_close_reason_id = False
        return res

    # === ACTIONS === #

    def action_kbs_close(self):
        """Ask why these tickets are closed."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Close"),
            "res_model": "kbs.ticket.close",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ticket_ids": self.ids},
        }

    def action_kbs_reopen(self):
        """Take closed tickets to work again: a new cycle of their clocks begins."""
        self.check_access("write")
        if merged := self.filtered("duplicate_id")[:1]:
            raise UserError(
                self.env._(
                    "%(ticket)s was merged: go on in %(target)s.",
                    ticket=merged.number,
                    target=merged.duplicate_id.number,
                )
            )
        self._kbs_go_on(lambda x: x.closed)

    # === BUSINESS METHODS === #

    def _kbs_close(self, reason, text=""):
        """Close these tickets with ``reason``; tell each client ``text`` first.

        The text is written by a person, so it is an answer (L1).

        :param text: HTML, empty for none
        :raise UserError: closed already, or the reason needs a text
        """
        self.check_access("write")
        wait_for_others(self)
        if closed := self.filtered("closed")[:1]:
            raise UserError(self.env._("%s is closed already.", closed.number))
        is_told = not is_html_empty(text) and not reason.is_void
        if reason.is_text_required and not is_told:
            raise UserError(self.env._("“%s” needs a text to the client.", reason.name))
        if is_told:
            self._kbs_tell_client(text)
        if reason.is_void:
            self._kbs_drop_clocks(reason.name)
        if is_told or reason.is_void:
            self._kbs_mute_stage_letter()  # told already, or not to be told at all
        self.kbs_close_reason_id = reason
        self._kbs_move_to_closed_stage(reason.stage_id)

    def _kbs_tell_client(self, text):
        """Post ``text`` on each ticket as a letter to its client.

        :raise UserError: a client has no address, so he would not be told
        """
        mute = self.filtered(lambda x: not any(x._kbs_get_letter_recipient()))
        if mute:
            raise UserError(
                self.env._(
                    "%s: the client has no e-mail address. Call him, log the call, and "
                    "close without a text.",
                    mute[0].number,
                )
            )
        for ticket in self:
            ticket.message_post(
                body=text, message_type="comment", subtype_xmlid="mail.mt_comment"
            )

    def _kbs_move_to_closed_stage(self, stage=None):
        """Move to ``stage`` where the team has it, else to its first closed one.

        :raise UserError: a team has none
        """
        for team, tickets in self.grouped("team_id").items():
            stages = team._get_applicable_stages().filtered("closed")
            if not stages:
                raise UserError(
                    self.env._(
                        "%s: the team has no stage for closed tickets.",
                        team.name or tickets[:1].number,
                    )
                )
            tickets.stage_id = stage if stage and stage in stages else stages[:1]

    # === THE LETTER OF THE STAGE === #

    def _kbs_mute_stage_letter(self):
        """In this transaction, send no letter about the stage of these tickets.

        The letter is made before the commit, with a context that is not ours.
        """
        data = self.env.cr.precommit.data
        data.setdefault(MUTED, set()).update(self.ids)

    @api.model
    def _kbs_get_muted(self):
        return self.browse(self.env.cr.precommit.data.get(MUTED, ()))

    def _message_track_post_template(self, changes):
        # EXTENDS mail
        if changes and self in self._kbs_get_muted():
            changes = [x for x in changes if x != "stage_id"]
        return super()._message_track_post_template(changes)
