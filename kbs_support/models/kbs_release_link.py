import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import consteq

from ..tools.entitlement import Answer
from ..tools.locking import take_turn

INTERNAL = "internal"
MAX_LINKS, MAX_LINKS_MINUTES = 20, 10
MAX_AGENT = 250  # characters of a browser's name
GC_BATCH = 10_000


def hash_token(token):
    return hashlib.sha256(token.encode()).hexdigest()


class KbsRelease(models.Model):
    """Who of the people, not only of the companies, may download a version."""

    _inherit = "kbs.release"

    @api.model
    def _for_client_sudo(self, user):
        """Return the model as it answers ``user``: with sudo, in all his companies.

        Sudo: clients have no rights on it. Which company a page of the website
        belongs to does not matter for what was paid.
        """
        companies = user.company_id | user.company_ids
        return self.sudo().with_context(allowed_company_ids=companies.ids)

    def _get_permits_sudo(self, user):
        """Say which of these versions ``user`` may download now, in a few queries.

        Ours may have every version that they may read, drafts included; all others
        have what their company's support gives.

        :return: ``{release: Answer}``, with the reason ``internal`` for ours
        """
        if user._is_internal() and self.with_user(user).has_access("read"):
            return dict.fromkeys(self, Answer(True, INTERNAL))
        releases = self._for_client_sudo(user)
        answers = releases._get_entitlements_sudo(user.partner_id)
        return {x: answers[x, user.partner_id] for x in releases}

    def _tell_entitlement(self, answer):
        if answer.reason == INTERNAL:
            return self.env._("You work with us, so you may have every version.")
        return super()._tell_entitlement(answer)


class KbsReleaseFile(models.Model):
    """A file is given by a link for one person, which lapses."""

    _inherit = "kbs.release.file"

    def action_download(self):
        """Give the file to one of us, from the form of the release."""
        self.ensure_one()
        self.check_access("read")
        download, token = self._issue_link_sudo(self.env.user, get_origin())
        return {
            "type": "ir.actions.act_url",
            "url": download._get_link(token),
            "target": "download",
        }

    def _issue_link_sudo(self, user, origin):
        """Log that ``user`` takes the file, and make his link.

        Sudo: nobody writes the log by hand.

        :param dict origin: see :func:`get_origin`
        :return: ``(kbs.release.download, token)``; the token is kept nowhere
        :raise UserError: he may not have it, or asks too often
        """
        self.ensure_one()
        release = self.sudo().release_id
        answer = release._get_permits_sudo(user)[release]
        if not answer.is_allowed:
            raise UserError(release._tell_entitlement(answer))
        downloads = self.env["kbs.release.download"].sudo()
        take_turn(user.sudo().partner_id)
        downloads._check_pace(user)
        token = secrets.token_urlsafe(32)
        values = downloads._prepare_log(self.sudo(), user, answer.reason)
        download = downloads.create(
            {**values, **origin, "token_hash": hash_token(token)}
        )
        return download, token


class KbsReleaseDownload(models.Model):
    """The link of a download: of one person, for some time."""

    _inherit = "kbs.release.download"

    @api.model
    def _check_pace(self, user):
        """:raise UserError: ``user`` has asked for too many links just now."""
        since = fields.Datetime.now() - timedelta(minutes=MAX_LINKS_MINUTES)
        asked = self.search_count(
            [("user_id", "=", user.id), ("issued_at", ">", since)]
        )
        if asked >= MAX_LINKS:
            raise UserError(
                self.env._(
                    "You have started %(count)s downloads in %(minutes)s minutes. "
                    "Please wait a little and try again.",
                    count=MAX_LINKS,
                    minutes=MAX_LINKS_MINUTES,
                )
            )

    @api.model
    def _prepare_log(self, file, user, reason):
        """Return the values of a row: who, what, when and until when."""
        now, partner = fields.Datetime.now(), user.sudo().partner_id
        minutes = user.sudo().company_id.kbs_download_minutes
        return {
            "company_id": user.company_id.id,
            "release_id": file.release_id.id,
            "file_id": file.id,
            "file_name": file.name,
            "size": file.size,
            "sha256": file.sha256,
            "user_id": user.id,
            "partner_id": partner.id,
            "commercial_partner_id": partner.commercial_partner_id.id,
            "reason": reason,
            "issued_at": now,
            "expires_at": now + timedelta(minutes=minutes),
        }

    def _get_link(self, token):
        self.ensure_one()
        return f"/my/releases/download/{self.id}/{token}"

    @api.model
    def _find_link_sudo(self, download_id, token, user):
        """Return the row with sudo if this is the link of ``user``, else an empty one.

        Sudo: clients have no rights on the log.
        """
        download = self.sudo().search(
            [("id", "=", download_id), ("user_id", "=", user.id)]
        )
        # A link that has lapsed is told from a wrong one as long as its hash is there.
        is_right = consteq(download.token_hash or "", hash_token(token))
        return download if is_right else download.browse()

    def _get_refusal(self):
        """Return why the link is good no more, as a sentence, or None."""
        release = self.release_id
        if self.expires_at <= fields.Datetime.now() or not self.file_id:
            return self.env._("This link has lapsed. Press “Download” once more.")
        answer = release._get_permits_sudo(self.user_id)[release]
        return None if answer.is_allowed else release._tell_entitlement(answer)

    def _note_start(self):
        """Keep when the file was first fetched; of two at once one comes second."""
        if not self.started_at:
            self.started_at = fields.Datetime.now()
            self._after_download()

    def _after_download(self):
        """Hook: what follows when somebody has begun to fetch a file. With sudo.

        Called once for each row of the log, in the transaction of the request.
        """

    @api.autovacuum
    def _gc_tokens(self):
        """Forget the hashes of links that have lapsed; the log itself stays.

        :return: (done, whether there may be more)
        """
        lapsed = self.sudo().search(  # the job of the system
            [
                ("expires_at", "<", fields.Datetime.now()),
                ("token_hash", "!=", False),
            ],
            limit=GC_BATCH,
        )
        lapsed.write({"token_hash": False})
        return len(lapsed), len(lapsed) == GC_BATCH


def get_origin():
    """Return from where the current request comes, as values of the log."""
    if not request:
        return {}
    http = request.httprequest
    return {
        "ip": http.remote_addr,
        # PostgreSQL keeps no NUL.
        "user_agent": http.user_agent.string.replace("\x00", "")[:MAX_AGENT],
    }
