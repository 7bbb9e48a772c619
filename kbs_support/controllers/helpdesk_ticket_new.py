import os

from odoo.http import request, route
from odoo.tools import is_html_empty, plaintext2html

from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController

from ..tools.uploads import PROGRAMS, FileLimits, get_files_fault, keep_files
from .typed import read_files, read_line, read_typed, to_id

MAX_SUBJECT = 250
MAX_DESCRIPTION = 100_000
FILES = FileLimits(count=10, size=25 * 2**20)
MAX_REQUEST = (FILES.count + 1) * FILES.size  # what is larger is refused unread
CHOICES = ("program", "category", "priority", "team")


class KbsTicketNew(HelpdeskTicketController):
    """A new ticket by a client in the portal."""

    @route()
    def create_new_ticket(self, **kw):
        if request.env.user._is_internal():
            return request.redirect("/odoo/support-tickets")
        return self._kbs_render_form({})

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
        kw |= read_typed(kw, ("description", *CHOICES))
        kw["subject"] = read_line(kw, "subject")
        selects = self._kbs_get_selects()
        if fault := self._kbs_get_fault(kw, selects):
            return self._kbs_render_form(kw, fault, selects)
        values = self._prepare_submit_ticket_vals(**kw)
        tickets = request.env["helpdesk.ticket"]
        if same := tickets._kbs_find_same_sudo(request.env.user, values):
            keep_files(same, read_files(self._kbs_get_files()))
            return request.redirect(same.access_url)
        return super().submit_ticket(**kw)

    # === WHAT IS CHOSEN === #

    def _kbs_get_selects(self):
        """Return the choices of the form, without those that have nothing to choose.

        Each is a dict of ``name``, ``label``, ``options`` (pairs of value and words),
        ``empty`` (the words of no choice, or False) and ``is_required``.
        """
        env, company = request.env, request.env.company
        categories, teams = self._get_categories(), self._get_teams() or []
        tickets = env["helpdesk.ticket"]
        selects = [
            {
                "name": "program",
                "label": env._("Program"),
                "options": tickets._kbs_get_portal_programs_sudo(env.user),
                "empty": env._("About no program"),
            },
            {
                "name": "category",
                "label": env._("Kind of question"),
                "options": [(x.id, x.complete_name) for x in categories],
                "empty": env._("Not chosen"),
                "is_required": company.helpdesk_mgmt_portal_category_id_required,
            },
            {
                "name": "priority",
                "label": env._("Urgency"),
                "options": tickets._kbs_get_portal_urgencies(),
                "empty": False,
            },
            {
                "name": "team",
                "label": env._("Team"),
                "options": [(x.id, x.name) for x in teams],
                "empty": env._("Not chosen"),
                "is_required": company.helpdesk_mgmt_portal_team_id_required,
            },
        ]
        return [{"is_required": False} | x for x in selects if x["options"]]

    # === WHAT IS WRONG === #

    def _kbs_get_fault(self, typed, selects):
        """Return in one sentence why what the client sent is no ticket, or None."""
        env, subject, description = request.env, typed["subject"], typed["description"]
        if not subject or is_html_empty(plaintext2html(description)):
            return env._("Write what it is about, and what happened.")
        if len(subject) > MAX_SUBJECT:
            return env._(
                "The subject is longer than %(count)s characters.", count=MAX_SUBJECT
            )
        if len(description) > MAX_DESCRIPTION:
            return env._(
                "The description is longer than %(count)s characters. "
                "Attach it as a file.",
                count=MAX_DESCRIPTION,
            )
        offered = {x["name"]: x for x in selects}
        for name in CHOICES:
            if typed[name] and not _is_offered(typed[name], offered.get(name)):
                return env._("Choose from the lists what they offer.")
        sizes = [(x.filename, _get_size(x)) for x in self._kbs_get_files()]
        return get_files_fault(env, sizes, FILES)

    def _kbs_get_files(self):
        files = request.httprequest.files.getlist("attachment")
        return [x for x in files if x.filename]

    # === WHAT IS MADE AND SHOWN === #

    def _kbs_render_form(self, typed, fault=None, selects=None):
        values = {
            "page_name": "kbs_ticket_new",
            "selects": selects or self._kbs_get_selects(),
            "fault": fault,
            "typed": {"priority": "1"} | typed,
            "max_subject": MAX_SUBJECT,
            "max_description": MAX_DESCRIPTION,
            "limits": FILES,
            "programs": " ".join(PROGRAMS),
        }
        return request.render("kbs_support.portal_kbs_ticket_new", values)

    def _prepare_submit_ticket_vals(self, **kw):
        values = super()._prepare_submit_ticket_vals(**kw)
        values["kbs_software_id"] = to_id(kw["program"])
        if kw["priority"]:
            values["priority"] = kw["priority"]
        if not values.get("team_id"):
            line_sudo = request.env.ref(  # clients see the teams of their form only
                "kbs_support.helpdesk_ticket_team_kbs_line", raise_if_not_found=False
            ).sudo()
            if line_sudo and line_sudo.active:
                values["team_id"] = line_sudo.id
                values["stage_id"] = line_sudo._get_applicable_stages()[:1].id
        return values


def _is_offered(typed, select):
    return bool(select) and typed in {str(key) for key, _words in select["options"]}


def _get_size(file):
    """Return how many bytes an uploaded file has, and leave it at its beginning."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size
