import logging

from werkzeug.exceptions import RequestedRangeNotSatisfiable

from odoo.exceptions import UserError
from odoo.http import Stream, request, route

from ..models.kbs_release_link import get_origin
from .kbs_release_portal import KbsReleasePortal

_logger = logging.getLogger(__name__)

SENT = (200, 206)


class KbsReleaseDownload(KbsReleasePortal):
    """A file of a version: by a link for one person, which is logged."""

    @route(
        "/my/releases/<int:release_id>/file/<int:file_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def kbs_release_file(self, release_id, file_id, **_typed):
        """Log that the file is taken, and lead to its link."""
        if request.httprequest.method != "POST":
            # Whoever had to log in first comes by GET: he presses the button again.
            return request.redirect(f"/my/releases/{release_id}")
        release_sudo = self._kbs_get_release_sudo(release_id)
        file_sudo = release_sudo.file_ids.filtered(lambda x: x.id == file_id)
        if not file_sudo:
            raise request.not_found()
        try:
            download, token = file_sudo._issue_link_sudo(request.env.user, get_origin())
        except UserError as error:
            return self._kbs_render_release(release_sudo, str(error), 403)
        return request.redirect(download._get_link(token))

    # The same address in every language: a download that goes on asks for it again.
    @route(
        "/my/releases/download/<int:download_id>/<string:token>",
        type="http",
        auth="user",
        website=True,
        multilang=False,
        methods=["GET"],
    )
    def kbs_release_download(self, download_id, token, **_query):
        """Give the file, or a piece of it, to whom the link was made for."""
        download_sudo = request.env["kbs.release.download"]._find_link_sudo(
            download_id, token, request.env.user
        )
        if not download_sudo:
            refusal = request.env._("This link is not yours, or it has lapsed.")
            return self._kbs_refuse(refusal, 403)
        if refusal := download_sudo._get_refusal():
            return self._kbs_refuse(refusal, 410, download_sudo.release_id)
        try:
            response = self._kbs_stream(download_sudo)
        except FileNotFoundError:
            _logger.exception("A file of a release is not in the filestore")
            refusal = request.env._("The file is not on its place. Please write to us.")
            return self._kbs_refuse(refusal, 404, download_sudo.release_id)
        if response.status_code in SENT and request.httprequest.method == "GET":
            download_sudo._note_start()
        return response

    def _kbs_stream(self, download_sudo):
        """Return the response that reads the file, or that lets nginx do so."""
        attachment_sudo = download_sudo.file_id.attachment_id
        stream = Stream(
            type="path",
            path=attachment_sudo._kbs_get_file_path(),
            mimetype="application/octet-stream",
            download_name=download_sudo.file_name,
            etag=download_sudo.sha256,
            last_modified=attachment_sudo.create_date,
            size=download_sudo.size,
        )
        try:
            response = stream.get_response(as_attachment=True)
        except RequestedRangeNotSatisfiable as error:
            return request.make_response(
                error.description,
                headers=error.get_headers(request.httprequest.environ),
                status=error.code,
            )
        # Werkzeug says so in a piece only, and browsers want to know it before.
        response.headers["Accept-Ranges"] = "bytes"
        # Nobody on the way keeps it: it is for one person.
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _kbs_refuse(self, sentence, status, release_sudo=None):
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_release_refused",
            "sentence": sentence,
            "release": release_sudo
            and {
                "name": release_sudo.display_name,
                "url": f"/my/releases/{release_sudo.id}",
                "withdraw_reason": release_sudo.state == "withdrawn"
                and release_sudo.withdraw_reason,
            },
        }
        response = request.render("kbs_support.portal_kbs_release_refused", values)
        response.status_code = status
        return response
