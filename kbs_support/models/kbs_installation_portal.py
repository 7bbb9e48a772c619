from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from .kbs_subscription_reach import ANY_PROGRAM


class KbsInstallation(models.Model):
    """What a client sees of his copies: the models give him no rights."""

    _inherit = "kbs.installation"

    @api.model
    def _get_portal_copies_sudo(self, user):
        """Return the copies of ``user``'s company, with sudo.

        Asked anew each time, so somebody who has changed his employer sees the new
        one's from then on.
        """
        domain = self._get_own_domain(user.partner_id) & Domain(
            "company_id", "in", user.company_ids.ids
        )
        return self.sudo().search(domain)

    def _prepare_portal_copy(self, latest):
        """Return one copy as plain values; ``latest`` is the newest version."""
        self.ensure_one()
        return {
            "id": self.id,
            "number": self.number,
            "edition": self.edition_id.name,
            "place": self.place,
            "version": self.version,
            "is_old": bool(
                self.version and latest and self.version_key < latest.version_key
            ),
            "seen": self.last_seen and format_date(self.env, self.last_seen),
            "is_told_by_client": self.seen_by == "client",
        }


class KbsSoftware(models.Model):
    """The programs of a client."""

    _inherit = "kbs.software"

    @api.model
    def _get_portal_programs_sudo(self, user, copies):
        """Return the programs that concern ``user``'s company, with sudo.

        Those of its ``copies``; all, when it has none, when its support is for all
        of them, and for our own people.
        """
        releases = self.env["kbs.release"]._for_client_sudo(user)
        supports = releases.env["kbs.subscription"]
        reach = supports._get_reach_sudo(user.partner_id)
        programs = self.sudo().search([])  # pylint: disable=no-search-all
        client = user.sudo().partner_id.commercial_partner_id
        if not copies or ANY_PROGRAM in reach[client] or user._is_internal():
            return programs
        return programs & copies.software_id

    @api.model
    def _prepare_portal_programs_sudo(self, user):
        """Return the programs of a client with their newest versions and his copies.

        :return: list of dicts of ``id``, ``name``, ``newest`` (a dict of ``id``,
            ``version`` and ``date``, or None) and ``copies``
        """
        copies = self.env["kbs.installation"]._get_portal_copies_sudo(user)
        programs = self._get_portal_programs_sudo(user, copies)
        latest, own = programs._get_latest(), copies.grouped("software_id")
        return [
            {
                "id": program.id,
                "name": program.name,
                "newest": program._prepare_portal_newest(latest.get(program)),
                "copies": [
                    copy._prepare_portal_copy(latest.get(program))
                    for copy in own.get(program, [])
                ],
            }
            for program in programs
        ]

    def _prepare_portal_newest(self, release):
        return release and {
            "id": release.id,
            "version": release.version,
            "date": format_date(self.env, release.date),
        }

    @api.model
    def _prepare_portal_updates_sudo(self, user):
        """Return the updates that wait for the copies of ``user``'s company.

        :return: list of dicts of ``url``, ``program``, ``version`` and ``words``
            (its day, and how many of his copies run an older one)
        """
        found = []
        for program in self._prepare_portal_programs_sudo(user):
            old = [x for x in program["copies"] if x["is_old"]]
            newest = program["newest"]
            if newest and old:
                found.append(
                    {
                        "url": f"/my/releases/{newest['id']}",
                        "program": program["name"],
                        "version": newest["version"],
                        "words": self.env._(
                            "of %(date)s; your copies with an older version: %(count)s",
                            date=newest["date"],
                            count=len(old),
                        ),
                    }
                )
        return found
