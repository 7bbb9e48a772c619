from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import html2plaintext

from ..tools.batches import work_in_batches


class KbsNotice(models.Model):
    """What goes on by itself: news are out, and a watch over campaigns that stand."""

    _inherit = "kbs.notice"

    def _publish_web_rows(self):
        """The news are on the website from the start."""
        rows = self.env["kbs.notice.contact"].search(
            [
                ("notice_id", "=", self.id),
                ("channel", "=", "web"),
                ("state", "=", "waiting"),
            ]
        )
        rows.write({"state": "sent", "done_at": fields.Datetime.now()})

    @api.model
    def _cron_watch(self):
        """Queue what has lost its job, and close what is over.

        A job can be deleted, or fail for good; the rows know what is left to do.
        """
        work_in_batches(self, Domain("state", "=", "running"), lambda x: x._go_on())

    def _go_on(self):
        with_letters = self.env["kbs.notice.contact"]._read_group(
            [
                ("notice_id", "in", self.ids),
                ("channel", "=", "email"),
                ("state", "in", ("waiting", "sending")),
            ],
            ["notice_id"],
        )
        self.browse([notice.id for [notice] in with_letters])._queue_wave()
        self._finish_if_over()


class KbsNoticeContact(models.Model):
    """A client who has the version need not be told; a letter that comes back."""

    _inherit = "kbs.notice.contact"

    @api.model
    def _note_downloads_sudo(self, downloads):
        """Note which clients have taken a version: calls and letters to them stop.

        :param downloads: ``kbs.release.download``
        """
        rows = self.sudo().search(
            [
                (
                    "commercial_partner_id",
                    "in",
                    downloads.commercial_partner_id.ids,
                ),
                ("release_id", "in", downloads.release_id.ids),
                ("notice_id.kind", "=", "release"),
                ("downloaded_at", "=", False),
            ]
        )
        taken = {(x.commercial_partner_id, x.release_id) for x in downloads}
        rows = rows.filtered(lambda x: (x.commercial_partner_id, x.release_id) in taken)
        now = fields.Datetime.now()
        rows.downloaded_at = now
        waiting = rows.filtered(
            lambda x: x.state == "waiting" and x.notice_state in ("running", "paused")
        )
        waiting.write({"state": "downloaded", "done_at": now})
        waiting.notice_id._finish_if_over()

    @api.model
    def _note_bounce_sudo(self, message_ids, text):
        """Note that a letter came back; where the plan has it, the client is called.

        :param message_ids: Message-Ids that the returned letter names
        :param str text: what the mail server says
        :return: the rows
        """
        rows = self.sudo().search(
            [
                ("message_id", "in", list(message_ids)),
                ("channel", "=", "email"),
                ("state", "in", ("sent", "unsure", "sending")),
            ]
        )
        rows.write(
            {
                "state": "bounced",
                "done_at": fields.Datetime.now(),
                "detail": " ".join((text or "").split())[:500],
            }
        )
        rows._make_calls_due()
        return rows


class KbsReleaseDownload(models.Model):
    """A client who takes a file has the version."""

    _inherit = "kbs.release.download"

    def _after_download(self):
        res = super()._after_download()
        of_clients = self.filtered(lambda x: x.reason != "internal")
        self.env["kbs.notice.contact"]._note_downloads_sudo(of_clients)
        return res


class MailThread(models.AbstractModel):
    """Letters of campaigns that come back."""

    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        # EXTENDS mail: our letters have no mail.message, their rows are found here.
        message_ids = message_dict.get("bounced_msg_ids") or []
        if message_ids:
            self.env["kbs.notice.contact"]._note_bounce_sudo(
                message_ids, html2plaintext(message_dict.get("body") or "")
            )
        return super()._routing_handle_bounce(email_message, message_dict)
