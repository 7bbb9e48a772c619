from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class KbsAct(models.Model):
    """Corrections: what changes after an act was issued, as an act of its own."""

    _inherit = "kbs.act"

    amount_now = fields.Monetary(
        string="Total with Corrections", compute="_compute_amount_now"
    )

    @api.depends("amount_total", "correction_ids.amount_total")
    def _compute_amount_now(self):
        for act in self:
            corrections = sum(act.correction_ids.mapped("amount_total"))
            act.amount_now = act.amount_total + corrections

    # === ACTIONS === #

    def action_correct(self):
        """Ask what this act should say, and why (wizard)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correction of an Act"),
            "res_model": "kbs.act.correct",
            "view_mode": "form",
            "target": "new",
            "context": {"default_act_id": self.id},
        }

    def action_view_corrections(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_act_action"
        )
        action["domain"] = [("id", "in", self.correction_ids.ids)]
        action["context"] = {}
        return action

    # === BUSINESS METHODS === #

    def _check_correctable(self, is_whole=False):
        """Say whether this act can be corrected, or cancelled as a whole.

        :raise UserError: it is a draft, a correction, or cancelled; or later acts
            stand on it
        """
        self.ensure_one()
        self._check_states(("issued", "signed", "silent"))
        if self.kind == "correction":
            raise UserError(
                self.env._(
                    "%(act)s is a correction itself. Correct the act that it "
                    "corrects: %(corrected)s.",
                    act=self.display_name,
                    corrected=self.corrected_act_id.display_name,
                )
            )
        later = is_whole and self._get_later_acts()[:1]
        if later:
            raise UserError(
                self.env._(
                    "%(later)s follows. Only the last act of a client can be "
                    "cancelled as a whole: cancel the later ones first, or correct "
                    "the amounts.",
                    later=later.display_name,
                )
            )

    def _correct_sudo(self, wanted, reason, is_whole=False, added=None):
        """Issue a correction, after which the act says ``wanted``.

        Sudo: lines are written by methods only; the caller checks the right.

        :param dict wanted: ``{line: (days, kopecks)}``, left out: as it is
        :param bool is_whole: the act is cancelled, and its days may be acted anew
        :param dict added: ``{period: ActShare}``, what the act does not tell yet
        :return: the correction
        :raise UserError: nothing changes, or the act cannot be corrected
        """
        act = self.sudo()
        act._check_correctable(is_whole)
        standing = act._get_standing()
        if is_whole:
            wanted, added = dict.fromkeys(standing, (0, 0)), {}
        values = [
            line._prepare_difference_values(
                new[0] - standing[line][0], new[1] - standing[line][1]
            )
            for line, new in wanted.items()
            if new != standing[line]
        ]
        values += [
            period._prepare_act_line_values(share)
            for period, share in (added or {}).items()
            if share.days or share.amount
        ]
        if not values:
            raise UserError(self.env._("Nothing changes, so there is no correction."))
        correction = act.create(act._prepare_correction_values(values, reason))
        correction._issue_sudo()
        if is_whole:
            act.state = "cancelled"
            act.flush_recordset(["state"])  # before the days stand on another act
            act.line_ids.over_ids.act_line_id = False
        act.message_post(
            body=self.env._(
                "Corrected by %(act)s: %(reason)s",
                act=correction.display_name,
                reason=reason,
            )
        )
        return correction

    def _prepare_correction_values(self, lines, reason):
        return {
            "kind": "correction",
            "corrected_act_id": self.id,
            "reason": reason,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "subscription_id": self.subscription_id.id,
            "currency_id": self.currency_id.id,
            "date": self.company_id._kbs_today(),
            "date_start": self.date_start,
            "date_end": self.date_end,
            "line_ids": [Command.create(x) for x in lines],
        }


class KbsActLine(models.Model):
    _inherit = "kbs.act.line"

    corrected_line_id = fields.Many2one(
        comodel_name="kbs.act.line",
        index="btree_not_null",
        ondelete="restrict",
        help="The line whose difference this one is; empty: what the act did not tell.",
    )

    def _prepare_difference_values(self, days, kopecks):
        """Values of the line of a correction: so many days and kopecks more."""
        self.ensure_one()
        amount = kopecks / 100
        tax_share = self.amount_tax / self.amount if self.amount else 0.0
        return {
            "corrected_line_id": self.id,
            "kind": self.kind,
            "period_id": self.period_id.id,
            "invoice_line_id": self.invoice_line_id.id,
            "name": self.name,
            "date_start": self.date_start,
            "date_end": self.date_end,
            "days": days,
            "minutes": 0,
            "amount": amount,
            "amount_tax": self.currency_id.round(amount * tax_share),
        }
