from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.locking import take_turn
from ..tools.uploads import FileLimits, get_files_fault, keep_files
from ..tools.words_domain import get_words_domain
from .kbs_feedback import KINDS

# What a client may send at once; texts in characters.
MAX_TITLE = 200
MAX_TEXT = 10_000
FILES = FileLimits(count=5, size=10 * 2**20)
MAX_PER_DAY = 20


class KbsFeedback(models.Model):
    """What clients do in the portal.

    They have no rights on the model: all goes through these methods, whose one domain
    serves the list and the page alike.
    """

    _inherit = "kbs.feedback"

    @api.model
    def _get_portal_domain(self, user):
        """Domain of what ``user`` sees in the portal: what people of his company wrote.

        Asked anew each time, so somebody who has changed his employer sees the new
        one's from then on.
        """
        company = user.partner_id.commercial_partner_id
        return Domain("commercial_partner_id", "=", company.id) & Domain(
            "company_id", "in", user.company_ids.ids
        )

    @api.model
    def _get_portal_list_domain(self, user, search=""):
        """Domain of the list of ``user``: what has all words of ``search``."""
        return self._get_portal_domain(user) & get_words_domain(
            search, ("name", "title", "text")
        )

    @api.model
    def _prepare_portal_list_sudo(
        self, domain, order=None, group=None, limit=None, offset=0
    ):
        """Return a page of the list as plain values.

        :param domain: of :meth:`_get_portal_list_domain`, and what narrows it
        :param group: field whose value is the heading of a row: kind or state
        """
        found = self.sudo().search(domain, order=order, limit=limit, offset=offset)
        return [x._prepare_portal_row(group) for x in found]

    def _prepare_portal_row(self, group=None):
        self.ensure_one()
        main = self._get_main()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        names = {"kind": kinds[self.kind], "state": self._get_state_name()}
        return {
            "url": f"/my/feedback/{self.id}",
            "number": self.name,
            "date": format_date(self.env, self.received_on),
            "kind": kinds[self.kind],
            "title": self.title,
            "author": self.partner_id.name,
            "votes": self.kind == "proposal" and main.vote_count,
            "state": main.state,
            "state_name": main._get_state_name(),
            "group": names.get(group),
        }

    @api.model
    def _get_portal_record_sudo(self, user, feedback_id):
        """Return the record with sudo if ``user`` may see it, else an empty one."""
        return self.sudo().search(
            self._get_portal_domain(user) & Domain("id", "=", feedback_id)
        )

    def _get_portal_history(self):
        """Return the changes that the client reads, oldest first.

        Of what was joined also those of what it was joined with, from then on.
        """
        self.ensure_one()
        own = self.change_ids
        joined = own.filtered(lambda x: x.state == "duplicate")[-1:]
        if not self.duplicate_of_id or not joined:
            return own
        return own | self.duplicate_of_id.change_ids.filtered(
            lambda x: x.id > joined.id and x.state != "duplicate"
        )

    # === THE FORM === #

    @api.model
    def _get_portal_faults(self, user, values, files):
        """Return what is wrong with a filled-in form, as ``{field: sentence}``.

        :param values: dict of what was typed: kind, title, text, category_id
        :param files: list of ``(name, bytes)``
        """
        faults = {}
        if values.get("kind") not in dict(KINDS):
            faults["kind"] = self.env._("Choose what this is.")
        for name, limit in (("title", MAX_TITLE), ("text", MAX_TEXT)):
            length = len(values.get(name) or "")
            if not length:
                faults[name] = self.env._("Please fill this in.")
            elif length > limit:
                faults[name] = self.env._(
                    "Too long: %(length)s characters, at most %(limit)s.",
                    length=length,
                    limit=limit,
                )
        sizes = [(name, len(content)) for name, content in files]
        if fault := get_files_fault(self.env, sizes, FILES):
            faults["files"] = fault
        category, company = values.get("category_id"), user.company_id
        if category and not self._find_category_sudo(category, company):
            faults["category_id"] = self.env._("Choose a section from the list.")
        if not faults and self._is_too_much(user):
            faults["title"] = self.env._(
                "You have sent %(count)s today already. Please call us, or go on "
                "tomorrow.",
                count=MAX_PER_DAY,
            )
        return faults

    @api.model
    def _is_too_much(self, user):
        since = fields.Datetime.now() - timedelta(days=1)
        written = self.sudo().search_count(  # his own, whatever rights he has
            [("create_uid", "=", user.id), ("create_date", ">", since)]
        )
        return written >= MAX_PER_DAY

    @api.model
    def _get_portal_categories_sudo(self, company):
        """Return the sections that clients may choose from."""
        return (
            self.env["helpdesk.ticket.category"]
            .sudo()
            .search(
                [
                    ("show_in_portal", "=", True),
                    ("company_id", "in", (False, company.id)),
                ]
            )
        )

    @api.model
    def _find_category_sudo(self, text, company):
        """Return the section of the form that ``text`` is the id of, if any."""
        return self._get_portal_categories_sudo(company).filtered(
            lambda x: str(x.id) == text
        )

    @api.model
    def _create_from_portal_sudo(self, user, values, files):
        """Take in what ``user`` wrote; the same sent twice is taken in once.

        Sudo: clients have no rights on the model.

        :param values: as for :meth:`_get_portal_faults`, without faults
        :return: the record
        """
        sudo, company = self.sudo(), user.company_id
        take_turn(user.sudo().partner_id)
        prepared = {
            "kind": values["kind"],
            "title": values["title"],
            "text": values["text"],
            "partner_id": user.partner_id.id,
            "company_id": company.id,
            "category_id": self._find_category_sudo(
                values.get("category_id"), company
            ).id,
        }
        if same := sudo._find_same(prepared):
            same._keep_files(files)  # he may have forgotten one
            return same
        if values["kind"] == "complaint":
            prepared["user_id"] = company.kbs_complaint_user_id.id
        feedback = sudo.create(prepared)
        feedback._keep_files(files)
        return feedback

    @api.model
    def _find_same(self, values):
        """Return what has been sent with the same words in the last ten minutes."""
        since = fields.Datetime.now() - timedelta(minutes=10)
        domain = [(name, "=", value) for name, value in values.items()]
        return self.search([*domain, ("create_date", ">", since)], limit=1)

    def _keep_files(self, files):
        """Keep the client's files: not public, and shown to nobody else."""
        self.client_attachment_ids |= keep_files(self, files)
