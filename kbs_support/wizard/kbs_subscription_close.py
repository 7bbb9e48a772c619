from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..tools.coverage import ONE_DAY


class KbsSubscriptionClose(models.TransientModel):
    """Asks why clients leave and when, and lets them go (S5)."""

    _name = "kbs.subscription.close"
    _description = "Close Subscriptions"

    subscription_ids = fields.Many2many(comodel_name="kbs.subscription", required=True)
    reason_id = fields.Many2one(comodel_name="kbs.close.reason", required=True)
    note = fields.Text(string="What the Client Said")

    # === WHO IS STILL COVERED === #
    is_covered = fields.Boolean(compute="_compute_is_covered")
    covered_until = fields.Date(compute="_compute_is_covered")
    may_stop = fields.Boolean(compute="_compute_is_covered")
    way = fields.Selection(
        selection=[
            ("end", "At the end of coverage"),
            ("at_once", "Before the end, with a credit note for unused days"),
        ],
        string="When",
        required=True,
        default="end",
    )
    day = fields.Date(
        string="No Service from",
        compute="_compute_day",
        store=True,
        readonly=False,
        help="First day without service.",
    )
    preview = fields.Html(compute="_compute_preview")

    @api.depends("subscription_ids")
    @api.depends_context("uid")
    def _compute_is_covered(self):
        is_manager = self.env.user.has_group("kbs_support.group_kbs_manager")
        for wizard in self:
            covered = wizard._get_covered()
            wizard.is_covered = bool(covered)
            wizard.covered_until = max(covered.mapped("date_end"), default=False)
            wizard.may_stop = is_manager and len(covered) == 1

    @api.depends("subscription_ids")
    def _compute_day(self):
        for wizard in self:
            covered = wizard._get_covered()[:1]
            period = covered and covered._get_running_period()
            today = covered and covered.company_id._kbs_today()
            first = period and period.date_start + ONE_DAY
            wizard.day = max(filter(None, [today, first]), default=False)

    @api.depends("subscription_ids", "way", "day")
    def _compute_preview(self):
        for wizard in self:
            covered = wizard._get_covered()
            is_asked = wizard.way == "at_once" and wizard.day and len(covered) == 1
            wizard.preview = is_asked and wizard._describe(covered)

    def _get_covered(self):
        # _origin: in the dialog the records are not saved ones yet.
        return self.subscription_ids._origin.filtered(lambda x: x._is_covered())

    def _describe(self, subscription):
        """Return a table of what goes back to the client, as HTML."""
        if refusal := subscription._get_stop_refusal(self.day):
            return Markup("<p>%s</p>") % refusal
        unused = subscription.sudo()._get_unused(self.day)  # the money of the periods
        rows = Markup().join(
            Markup(
                "<tr><td>%s</td><td class='text-end'>%s</td>"
                "<td class='text-end'>%s</td></tr>"
            )
            % (
                x.period.display_name,
                self.env._("%(unused)s of %(total)s", unused=x.unused_days,
                           total=x.total_days),
                format_amount(self.env, x.amount, x.period.currency_id),
            )
            for x in unused
        )  # fmt: skip
        return Markup(
            "<table class='table table-sm mb-0'><thead><tr><th>%s</th>"
            "<th class='text-end'>%s</th><th class='text-end'>%s</th></tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (
            self.env._("Period"),
            self.env._("Unused days"),
            self.env._("Goes back to the client"),
            rows,
        )

    # === ACTIONS === #

    def action_close(self):
        """Close now who is not covered any more; let the others go as chosen."""
        self.ensure_one()
        covered, note = self._get_covered(), self.note or ""
        if self.way == "at_once" and len(covered) > 1:
            raise UserError(
                self.env._(
                    "Only one client at a time can leave before the end: each one is "
                    "given back his own money."
                )
            )
        (self.subscription_ids - covered)._close(self.reason_id, note)
        if self.way == "at_once" and covered:
            covered._leave_at_once(self.reason_id, self.day, note)
        else:
            covered._leave_at_end(self.reason_id, note)
        return {"type": "ir.actions.act_window_close"}
