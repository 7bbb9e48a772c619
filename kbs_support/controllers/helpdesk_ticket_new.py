import os

from odoo.http import request, route
from odoo.tools import is_html_empty, plaintext2html

from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController

from .helpdesk_ticket_portal import to_id

MAX_SUBJECT = 250
MAX_DESCRIPTION = 100_000
MAX_FILES = 10
MAX_SIZE = 25 * 2**20  # bytes of one file


class KbsTicketNew(HelpdeskTicketController):
    """A new ticket by a client in the portal."""

    @route()
    def create_new_ticket(self, **kw):
        if request.env.user._is_internal():
            return request.redirect("/odoo/support-tickets")
        return super().create_new_ticket(**kw)

    # What is larger than this is refused before it is read, with all that was typed.
    @route(methods=["POST"], max_content_length=(MAX_FILES + 1) * MAX_SIZE)
    def submit_ticket(self, **kw):
        """Take the ticket in, or show the form again with all that was typed."""
        if request.env.user._is_internal():
            return request.redirect("/odoo/support-tickets")
        fault = self._kbs_get_fault(kw)
        if fault:
            values = self._get_create_new_ticket_values(**kw)
            values.update({"kbs_fault": fault, "kbs_typed": kw})
            return request.render("helpdesk_mgmt.portal_create_ticket", values)
        return super().submit_ticket(**kw)

    def _kbs_get_fault(self, typed):
        """Return in one sentence why what the client sent is no ticket, or False."""
        subject = (typed.get("subject") or "").strip()
        description = (typed.get("description") or "").strip()
        if not subject or is_html_empty(plaintext2html(description)):
            return request.env._("Write what it is about, and what happened.")
        if len(subject) > MAX_SUBJECT:
            return request.env._(
                "The subject is longer than %(count)s characters.", count=MAX_SUBJECT
            )
        if len(description) > MAX_DESCRIPTION:
            return request.env._(
                "The description is longer than %(count)s characters. "
                "Attach it as a file.",
                count=MAX_DESCRIPTION,
            )
        return self._kbs_get_choice_fault(typed) or self._kbs_get_file_fault()

    def _kbs_get_choice_fault(self, typed):
        for name, offered in (
            ("category", self._get_categories()),
            ("team", self._get_teams()),
        ):
            ids = offered.ids if offered else []
            if typed.get(name) and to_id(typed[name]) not in ids:
                return request.env._("Choose a category and a team from the list.")
        return False

    def _kbs_get_file_fault(self):
        files = [x for x in self._kbs_get_files() if x.filename]
        if len(files) > MAX_FILES:
            return request.env._(
                "No more than %(count)s files at once; add the others to the ticket "
                "afterwards.",
                count=MAX_FILES,
            )
        too_large = [x.filename for x in files if _get_size(x) > MAX_SIZE]
        if too_large:
            return request.env._(
                "Larger than %(size)s MB: %(names)s. Attach smaller files.",
                size=MAX_SIZE // 2**20,
                names=", ".join(too_large),
            )
        return False

    def _kbs_get_files(self):
        return request.httprequest.files.getlist("attachment")

    def _get_create_new_ticket_values(self, **kw):
        values = super()._get_create_new_ticket_values(**kw)
        return {**values, "max_upload_size": MAX_SIZE}

    def _prepare_submit_ticket_vals(self, **kw):
        values = super()._prepare_submit_ticket_vals(**kw)
        values["name"] = kw["subject"].strip()
        if not values.get("team_id"):
            line_sudo = request.env.ref(  # clients see the teams of their form only
                "kbs_support.helpdesk_ticket_team_kbs_line", raise_if_not_found=False
            ).sudo()
            if line_sudo and line_sudo.active:
                values["team_id"] = line_sudo.id
                values["stage_id"] = line_sudo._get_applicable_stages()[:1].id
        return values


def _get_size(file):
    """Return how many bytes an uploaded file has, and leave it at its beginning."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size
