from odoo import models

# Work that the client pays for, or may have to.
TO_PAY = ("pending", "ordered", "to_bill", "billed")


class HelpdeskTicket(models.Model):
    """Covered, but work on this ticket goes beyond the plan (E3).

    So it says "Over the plan" while such work waits for a decision, or is billed, and
    is covered again when the hours were given, or drawn from a pack.
    """

    _inherit = "helpdesk.ticket"

    def _kbs_redo_coverage(self):
        res = super()._kbs_redo_coverage()
        self._kbs_follow_over_plan_sudo()
        return res

    def _kbs_follow_over_plan_sudo(self):
        """Let the coverage of these say whether they have work over the plan.

        Who is not covered stays so. Sudo: nobody types the coverage in.
        """
        covered = self.sudo().filtered(lambda x: x.kbs_coverage != "not_covered")
        if not covered:
            return
        rows = covered.env["kbs.over.plan"].search(
            [("ticket_id", "in", covered.ids), ("state", "in", TO_PAY)]
        )
        over = rows.ticket_id
        for coverage, tickets in (("over_plan", over), ("covered", covered - over)):
            changed = tickets.filtered(lambda x, is_=coverage: x.kbs_coverage != is_)
            changed.kbs_coverage = coverage


class KbsOverPlan(models.Model):
    _inherit = "kbs.over.plan"

    def _compute_field_value(self, field):
        # EXTENDS base: whatever is decided, its ticket says so.
        res = super()._compute_field_value(field)
        if field.name == "state":
            self.filtered("id").ticket_id._kbs_follow_over_plan_sudo()
        return res

    def unlink(self):
        tickets = self.ticket_id
        res = super().unlink()
        tickets._kbs_follow_over_plan_sudo()
        return res


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    def write(self, vals):
        moved = self.sudo().kbs_ticket_id if "kbs_ticket_id" in vals else None
        res = super().write(vals)
        if moved is not None:
            (moved | self.sudo().kbs_ticket_id)._kbs_follow_over_plan_sudo()
        return res

    def unlink(self):
        # PostgreSQL deletes the rows over plan along with their work.
        tickets = self.sudo().kbs_over_ids.ticket_id
        res = super().unlink()
        tickets._kbs_follow_over_plan_sudo()
        return res
