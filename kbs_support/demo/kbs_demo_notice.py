from datetime import timedelta

from odoo import api, fields, models


class KbsDemo(models.AbstractModel):
    """A campaign of the demo company: letters are out, calls are being made."""

    _inherit = "kbs.demo"

    @api.model
    def _tell(self):
        """Tell of the newest version; no letter leaves the demo database."""
        self = self._speak_ukrainian()
        lead = self.env.ref("kbs_support.demo_user_manager")
        release = self.env["kbs.release"].search(
            [("software_id.code", "=", "acc"), ("state", "=", "published")], limit=1
        )
        notice = (
            self.env["kbs.notice"]
            .with_user(lead)
            .create({"release_id": release.id, "call_mode": "now"})
        )
        notice.action_prepare()
        notice.action_start()
        notice = notice.sudo()
        self.env["queue.job"].search(
            [("identity_key", "=", f"kbs.notice-{notice.id}")]
        ).unlink()
        sent = fields.Datetime.now() - timedelta(days=1)
        notice.started_at = sent
        letters = notice.contact_ids.filtered(
            lambda x: x.channel == "email" and x.state == "waiting"
        )
        letters.write({"state": "sent", "done_at": sent})
        letters[:1].write(
            {"state": "bounced", "detail": "552 5.2.2 Поштову скриньку переповнено"}
        )
        self._call(notice)

    @api.model
    def _call(self, notice):
        agent = self.env.ref("kbs_support.demo_user_agent")
        calls = notice.contact_ids.filtered(
            lambda x: x.channel == "phone" and x.state == "waiting"
        )
        calls[:1].with_user(agent)._log_attempt("no_answer")
        if len(calls) > 2:
            calls[1].with_user(agent)._log_attempt("told")
