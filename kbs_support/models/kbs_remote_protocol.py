from odoo import fields, models
from odoo.tools import format_datetime

from ..tools.wording import format_minutes


class KbsRemoteSession(models.Model):
    """The protocol of a session: a short letter of the specialist to the client."""

    _inherit = "kbs.remote.session"

    def _send_protocol(self):
        """Write to the clients what was done; it stands on the ticket as well.

        The words are the specialist's, in the language of the client, so they count as
        his answer.
        """
        for session in self.filtered(lambda x: x.state != "running"):
            partner, _address = session.ticket_id.sudo()._kbs_get_letter_recipient()
            lang = (partner or session.commercial_partner_id).lang or self.env.lang
            told = session.with_context(lang=lang)
            told.ticket_id.message_post(
                subject=told.env._("Protocol of the remote session"),
                body=told.env["ir.qweb"]._render(
                    "kbs_support.kbs_remote_protocol", told._prepare_protocol()
                ),
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            session.sudo().protocol_at = fields.Datetime.now()

    def _prepare_protocol(self):
        """Return the texts of the template ``kbs_support.kbs_remote_protocol``."""
        self.ensure_one()
        outcome = dict(self._fields["outcome"]._description_selection(self.env))
        zone = self.company_id.kbs_tz
        facts = [
            (
                self.env._("Began"),
                format_datetime(self.env, self.date_start, zone, "short"),
            ),
            (self.env._("Took"), format_minutes(self.env, self.minutes)),
            (self.env._("Specialist"), self.sudo().user_id.name),
            (self.env._("Agreed by"), self.consent_name),
            (self.env._("Workplace"), self.workplace),
            (self.env._("Connection ID"), self.connection_id),
            (self.env._("Outcome"), outcome.get(self.outcome)),
            (self.env._("Drawn from"), self.timesheet_ids._kbs_tell_drawn_to_client()),
        ]
        return {
            "facts": [(label, value) for label, value in facts if value],
            "result": self.result,
        }


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    def _kbs_tell_drawn_to_client(self):
        """Say what this work was drawn from; what we decide on the rest is ours."""
        line = self.sudo()
        over = sum(line.kbs_over_ids.mapped("minutes"))
        if not over:
            return line.kbs_drawn
        return self.env._(
            "Over the plan: %(minutes)s", minutes=format_minutes(self.env, over)
        )
