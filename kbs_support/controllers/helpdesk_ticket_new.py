import os

from odoo.http import request, route
from odoo.tools import is_html_empty, plaintext2html

from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController

from ..tools.uploads import keep_files
from .helpdesk_ticket_portal import to_id
from .typed import read_files, read_line, read_typed

MAX_SUBJECT = 250
MAX_DESCRIPTION = 100_000
MAX_FILES = 10
MAX_SIZE = 25 * 2**20  # bytes of one file
MAX_REQUEST = (MAX_FILES + 1) * MAX_SIZE  # what is larger is refused unread


class KbsTicketNew(HelpdeskTicketController):
    """A new ticket by a client in the portal."""

    @route()
    def create_new_ticket(self, **kw):
        if request.env.user._is_internal():
            return request.redirect("/odoo/support-tickets")
        return super().create_new_ticket(**kw)

    @route(methods=["GET", "POST"], max_content_length=MAX_REQUEST)
    def submit_ticket(self, **kw):
        """Take the ticket in, or show the form again with all that was typed.

        The same sent twice is one ticket.
        """
        if request.env.user._is_internal():
            return request.redirect("/odoo/support-tickets")
        if request.httprequest.method != "POST":
            # Whoever had to log in before he could send it comes by GET.
            return request.redirect("/new/ticket")
        kw |= read_typed(kw, ("description", "category", "team"))
        kw["subject"] = read_line(kw, "subject")
        fault = self._kbs_get_fault(kw)
        if fault:
            values = self._get_create_new_ticket_values(**kw)
            values.update({"kbs_fault": fault, "kbs_typed": kw})
            return request.render("helpdesk_mgmt.portal_create_ticket", values)
        values = self._prepare_submit_ticket_vals(**kw)
        tickets = request.env["helpdesk.ticket"]
        if same := tickets._kbs_find_same_sudo(request.env.user, values):
            keep_files(same, read_files(self._kbs_get_files()))
            return request.redirect(same.access_url)
        return super().submit_ticket(**kw)

    def _kbs_get_fault(self, typed):
        """Return in one sentence why what the client sent is no ticket, or False."""
        subject, description = typed["subject"], typed["description"]
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
            if typed[name] and to_id(typed[name]) not in ids:
                return request.env._("Choose a category and a team from the list.")
        return False

    def _kbs_get_file_fault(self):
        files = self._kbs_get_files()
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
        files = request.httprequest.files.getlist("attachment")
        return [x for x in files if x.filename]

    def _get_create_new_ticket_values(self, **kw):
        values = super()._get_create_new_ticket_values(**kw)
        return {
            **values,
            "max_upload_size": MAX_SIZE,
            "page_name": "kbs_ticket_new",
        }

    def _prepare_submit_ticket_vals(self, **kw):
        values = super()._prepare_submit_ticket_vals(**kw)
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
