from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

SHOWN_DAYS = 30
STARTED = ("running", "paused", "done")


class KbsNotice(models.Model):
    """Urgent campaigns on the home page of a client."""

    _inherit = "kbs.notice"

    @api.model
    def _prepare_portal_urgent_sudo(self, user):
        """Return what ``user``'s company has to know at once, the newest first.

        Of a version until somebody of the company has downloaded it, of a withdrawal
        for :data:`SHOWN_DAYS` days. Who is on no list is told nothing.

        :return: list of dicts of ``words``, ``reason`` and ``url`` (or False)
        """
        client = user.sudo().partner_id.commercial_partner_id
        since = fields.Datetime.now() - timedelta(days=SHOWN_DAYS)
        contacts = self.env["kbs.notice.contact"].sudo()
        found = contacts.search(
            Domain("commercial_partner_id", "=", client.id)
            & Domain("company_id", "in", user.company_ids.ids)
            & Domain("notice_id.is_urgent", "=", True)
            & Domain("notice_id.state", "in", STARTED)
            & Domain("notice_id.started_at", ">=", since)
        )
        done = found.filtered(
            lambda x: x.notice_id.kind == "release" and x.downloaded_at
        )
        notices = (found.notice_id - done.notice_id).sorted("id", reverse=True)
        releases = self.env["kbs.release"]
        readable = releases._for_client_sudo(user).search(
            releases._get_portal_domain(user)
            & Domain("id", "in", notices.release_id.ids)
        )
        return [x._prepare_portal_urgent(x.release_id in readable) for x in notices]

    def _prepare_portal_urgent(self, is_readable):
        self.ensure_one()
        release, is_withdrawn = self.release_id, self.kind == "withdrawal"
        if is_withdrawn:
            words = self.env._(
                "%(release)s was withdrawn. Do not work with it.",
                release=release.display_name,
            )
        else:
            words = self.env._(
                "%(release)s is urgent. Please install it.",
                release=release.display_name,
            )
        return {
            "words": words,
            "reason": release.withdraw_reason if is_withdrawn else release.summary,
            "url": is_readable and f"/my/releases/{release.id}",
        }
