from odoo import models
from odoo.tools import format_date

from ..tools.entitlement import Answer, Reach, get_answer, is_fix_of_last

NOT_OUT = {"draft": "not_published", "review": "not_published"}


class KbsRelease(models.Model):
    """Who may have a version (rule E7); the arithmetic is ``tools/entitlement.py``."""

    _inherit = "kbs.release"

    def _is_entitled(self, partner):
        """Say whether ``partner``'s company may download this version today."""
        self.ensure_one()
        return self._get_entitlements_sudo(partner)[self, partner].is_allowed

    def _get_entitlements_sudo(self, partners, reaches=None):
        """Say who may have what, for many clients and versions in a few queries.

        Sudo: clients may not read subscriptions and releases, and need the answer.

        :param partners: ``res.partner`` recordset; each gets his company's answer
        :param reaches: of these partners, where the caller has asked for it already
        :return: ``{(release, partner): Answer}``
        """
        if reaches is None:
            reaches = self.env["kbs.subscription"]._get_reach_sudo(partners)
        history = self._get_history_sudo()
        return {
            (release, partner): release._get_answer(
                reaches[partner.commercial_partner_id],
                history.get(release.software_id.id, []),
            )
            for release in self.sudo()
            for partner in partners
        }

    def _get_answer(self, reach_by_program, history):
        if self.state != "published":
            return Answer(False, NOT_OUT.get(self.state, "withdrawn"))
        software = self.software_id
        subscriptions = self.env["kbs.subscription"]
        reach = subscriptions._get_program_reach(reach_by_program, software)
        if not reach and reach_by_program:
            return Answer(False, "other_program")
        reach = reach or Reach()
        is_fix = self.fix_of_id and is_fix_of_last(self.root_key, history, reach.until)
        return get_answer(reach, software.update_strategy, self.date, bool(is_fix))

    def _get_history_sudo(self):
        """Return ``{program id: [(key, date, root key)]}`` of published versions."""
        releases = self.sudo().search_fetch(
            [
                ("software_id", "in", self.sudo().software_id.ids),
                ("state", "=", "published"),
            ],
            ["software_id", "version_key", "date", "root_key"],
        )
        return {
            software.id: [(x.version_key, x.date, x.root_key) for x in found]
            for software, found in releases.grouped("software_id").items()
        }

    def _tell_entitlement(self, answer):
        """Return the reason of ``answer`` as a sentence to the client."""
        day = answer.day and format_date(self.env, answer.day)
        sentences = {
            "covered": lambda: self.env._("Your support covers this version."),
            "previous": lambda: self.env._(
                "Released while you had support, so it stays yours."
            ),
            "bug_fix": lambda: self.env._("Corrects the last version that is yours."),
            "never": lambda: self.env._("Your company has no paid support yet."),
            "after_end": lambda: self.env._(
                "Released after your support ended on %(day)s.", day=day
            ),
            "paused": lambda: self.env._(
                "Your support is paused: it was last valid on %(day)s.", day=day
            ),
            "revoked": lambda: self.env._(
                "Versions of this program are given while support is valid; yours "
                "ended on %(day)s.",
                day=day,
            ),
            "other_program": lambda: self.env._("Your support is for other programs."),
            "not_published": lambda: self.env._("This version is not published."),
            "withdrawn": lambda: self.env._("This version was withdrawn."),
        }
        return sentences[answer.reason]()
