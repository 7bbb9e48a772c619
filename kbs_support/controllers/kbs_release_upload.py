from odoo.exceptions import AccessError, UserError
from odoo.http import Controller, request, route

SMALL = 2**20  # bytes of a request of somebody who has nothing to upload


def _get_limit(_controller):
    """Return how large a request may be: what is larger is refused unread."""
    releases = request.env["kbs.release"]
    return releases._get_upload_limit() if releases.has_access("write") else SMALL


class KbsReleaseUpload(Controller):
    """The files of a version, of hundreds of megabytes, from its form.

    Werkzeug keeps what arrives in a temporary file; from there it is read piece by
    piece. Answers are JSON: ``{"file": …}`` or ``{"error": a sentence}``.
    """

    @route(
        "/kbs/release/<int:release_id>/upload",
        type="http",
        auth="user",
        methods=["POST"],
        max_content_length=_get_limit,
    )
    def kbs_release_upload(self, release_id, **_kwargs):
        release = request.env["kbs.release"].browse(release_id)
        sent = request.httprequest.files.get("file")
        try:
            if not sent:
                raise UserError(request.env._("There was no file in what arrived."))
            if not release.has_access("write") or not release.exists():
                raise AccessError(
                    request.env._("You may not change this release, or it is gone.")
                )
            with request.env.cr.savepoint():
                file = release._take_file(sent.filename, sent.stream)
        except AccessError as error:
            return self._kbs_answer({"error": str(error)}, 403)
        except UserError as error:
            return self._kbs_answer({"error": str(error)}, 422)
        return self._kbs_answer(
            {"file": {"id": file.id, "name": file.name, "sha256": file.sha256}}
        )

    def _kbs_answer(self, values, status=200):
        return request.make_json_response(values, status=status)
