from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.words_domain import get_words_domain


class KbsRelease(models.Model):
    """What a client sees of the versions.

    Clients have no rights on them: all goes through these methods, which return plain
    values, and whose one domain serves the list and the page alike.
    """

    _inherit = "kbs.release"

    @api.model
    def _get_portal_domain(self, user):
        """Domain of what ``user`` may read of.

        What is published; and of what was withdrawn that which his company has taken.
        """
        client = user.sudo().partner_id.commercial_partner_id
        taken = Domain("download_ids.commercial_partner_id", "=", client.id)
        return Domain("state", "=", "published") | (
            Domain("state", "=", "withdrawn") & taken
        )

    @api.model
    def _get_portal_list_domain(self, user, program_ids, search=""):
        """Domain of the list: of these programs, with all words of ``search``."""
        return (
            self._get_portal_domain(user)
            & Domain("software_id", "in", program_ids)
            & get_words_domain(search, ("version", "summary", "note_ids.text"))
        )

    @api.model
    def _get_portal_release_sudo(self, user, release_id):
        """Return the version with sudo if ``user`` may read of it, else none."""
        domain = self._get_portal_domain(user) & Domain("id", "=", release_id)
        return self._for_client_sudo(user).search(domain)

    @api.model
    def _count_portal_sudo(self, user, domain):
        return self._for_client_sudo(user).search_count(domain)

    @api.model
    def _prepare_portal_list_sudo(
        self, user, domain, order=None, group=None, limit=None, offset=0
    ):
        """Return a page of the list, the newest first, as plain values.

        :param domain: of :meth:`_get_portal_list_domain`, and what narrows it
        :param group: field whose value is the heading of a row: software_id or kind
        """
        releases = self._for_client_sudo(user).search(
            domain, order=order or None, limit=limit, offset=offset
        )
        permits = releases._get_permits_sudo(user)
        rows = [x._prepare_portal_row(permits[x]) for x in releases]
        for row in rows:
            row["group"] = row["kind" if group == "kind" else "program"]
        return rows

    def _prepare_portal_row(self, answer):
        """Return what both the list and the page say of a version."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {
            "id": self.id,
            "program": self.software_id.name,
            "version": self.version,
            "date": format_date(self.env, self.date),
            "kind": kinds[self.kind],
            "mandatory_by": self.mandatory_by
            and format_date(self.env, self.mandatory_by),
            "summary": self.summary,
            "is_withdrawn": self.state == "withdrawn",
            "is_allowed": answer.is_allowed,
            "reason": self._tell_entitlement(answer),
            "reason_key": answer.reason,
        }

    def _prepare_portal_page(self, user):
        """Return the page of one version, which ``user`` may see, as plain values."""
        self.ensure_one()
        answer = self._get_permits_sudo(user)[self]
        return {
            **self._prepare_portal_row(answer),
            "corrects": self.fix_of_id.version,
            "withdraw_reason": self.state == "withdrawn" and self.withdraw_reason,
            "sections": self._get_sections(),
            "files": [
                {
                    "id": file.id,
                    "name": file.name,
                    "note": file.note,
                    "size": file.size_text,
                    "sha256": file.sha256,
                }
                for file in self.file_ids
            ],
        }
