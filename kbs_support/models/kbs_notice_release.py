from odoo import fields, models


class KbsRelease(models.Model):
    """The campaigns about a version, and what its withdrawal sets going."""

    _inherit = "kbs.release"

    notice_ids = fields.One2many(
        comodel_name="kbs.notice", inverse_name="release_id", string="Campaigns"
    )
    notice_count = fields.Integer(compute="_compute_notice_count")

    def _compute_notice_count(self):
        counts = dict(
            self.env["kbs.notice"]._read_group(
                [("release_id", "in", self.ids)], ["release_id"], ["__count"]
            )
        )
        for release in self:
            release.notice_count = counts.get(release, 0)

    # === ACTIONS === #

    def action_notify(self):
        """Open the campaign about this version; a new one if there is none."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_notice_action"
        )
        action["views"] = [(False, "form")]
        action["context"] = {"default_release_id": self.id}
        running = self.notice_ids.filtered(
            lambda x: x.kind == "release" and x.company_id == self.env.company
        )
        action["res_id"] = running[:1].id
        return action

    def action_view_notices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_notice_action"
        )
        action["domain"] = [("release_id", "=", self.id)]
        action["context"] = {"default_release_id": self.id}
        return action

    # === BUSINESS METHODS === #

    def _count_takers_sudo(self):
        """Return how many clients have downloaded the version or run it."""
        self.ensure_one()
        sudo = self.sudo()
        [[downloaded]] = sudo.env["kbs.release.download"]._read_group(
            [
                ("release_id", "=", self.id),
                ("started_at", "!=", False),
                ("reason", "!=", "internal"),
            ],
            [],
            ["commercial_partner_id:recordset"],
        )
        [[running]] = sudo.env["kbs.installation"]._read_group(
            [
                ("software_id", "=", self.software_id.id),
                ("version_key", "=", self.version_key),
            ],
            [],
            ["commercial_partner_id:recordset"],
        )
        return len(downloaded | running)

    def _after_withdraw(self):
        """Nobody is told any more of a version that was taken back."""
        result = super()._after_withdraw()
        self.notice_ids.filtered(
            lambda x: x.kind == "release" and x.state not in ("done", "cancelled")
        ).action_cancel()
        return result

    def _tell_withdrawal_sudo(self, company, user):
        """Tell at once all who took the version, or run it, that it was withdrawn.

        Sudo: who may withdraw a version may tell of it, whoever's clients they are.

        :return: the campaign; it starts by itself, or is over when nobody has it
        """
        self.ensure_one()
        notice = (
            self.env["kbs.notice"]
            .sudo()
            .with_company(company)
            .create(
                {
                    "release_id": self.id,
                    "kind": "withdrawal",
                    "coverage": "takers",
                    "is_urgent": True,
                    "is_self_starting": True,
                    "call_mode": "now",
                    "company_id": company.id,
                    "user_id": user.id,
                }
            )
        )
        notice.action_prepare()
        return notice
