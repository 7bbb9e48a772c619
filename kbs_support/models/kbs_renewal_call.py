import logging

from odoo import api, fields, models
from odoo.tools import format_date

_logger = logging.getLogger(__name__)


class KbsRenewal(models.Model):
    """Calls about a renewal: who makes them, when they are planned and dropped."""

    _inherit = "kbs.renewal"

    responsible_id = fields.Many2one(
        comodel_name="res.users",
        string="Looked after by",
        compute="_compute_responsible_id",
        compute_sudo=True,
        help="The manager where the plan has a personal one, else the specialist; then "
        "whoever sold the period, then who is set for such clients.",
    )

    @api.depends(
        "subscription_id.plan_id",
        "subscription_id.manager_id",
        "subscription_id.specialist_id",
        "period_id.sale_line_id.order_id.user_id",
        "company_id.kbs_renewal_user_id",
    )
    def _compute_responsible_id(self):
        for renewal in self:
            fitting = (x for x in renewal._get_people() if renewal._is_fit(x))
            renewal.responsible_id = next(fitting, False)

    def _get_people(self):
        """Users that may look after this renewal, the right one first."""
        subscription = self.subscription_id
        people = [subscription.specialist_id, subscription.manager_id]
        if subscription.plan_id.has_manager:
            people.reverse()
        return [
            *people,
            self.period_id.order_id.user_id,
            self.company_id.kbs_renewal_user_id,
        ]

    def _is_fit(self, user):
        """Say whether ``user`` still works here and may see the subscription."""
        return (
            self.subscription_id._has_working(user)
            and not user.share
            and user.has_groups(
                "kbs_support.group_kbs_agent,sales_team.group_sale_salesman"
            )
        )

    # === WHEN A RENEWAL STOPS RUNNING === #

    def _compute_field_value(self, field):
        # EXTENDS base: the state follows payments and refusals by itself, and nobody
        # is called or written to after either.
        if field.name != "state":
            return super()._compute_field_value(field)
        running = self.filtered(lambda x: x.id and x.state == "open")
        res = super()._compute_field_value(field)
        running.filtered(lambda x: x.state != "open").sudo()._stop_reminding()
        return res

    def _stop_reminding(self):
        """Drop planned calls, and letters that are still in the queue.

        The call of a client stays while another renewal of his is running.
        """
        if not self.ids:
            return
        over = self.filtered(
            lambda x: "open" not in x.subscription_id.renewal_ids.mapped("state")
        )
        over._get_open_calls().unlink()
        self._withdraw_letters()

    def _withdraw_letters(self):
        """Cancel the reminders that are still in the queue."""
        waiting = self.reminder_ids.mail_id.filtered(lambda x: x.state == "outgoing")
        if waiting:
            waiting.cancel()

    # === CALLS === #

    @api.model
    def _get_call_type(self):
        """Return the activity type of calls about renewals, if it is still there."""
        xmlid = "kbs_support.mail_activity_type_kbs_renewal_call"
        found = self.env.ref(xmlid, raise_if_not_found=False)
        return found or self.env["mail.activity.type"]

    def _get_open_calls(self):
        """Return the planned calls to these clients, one for a subscription."""
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "kbs.subscription"),
                ("res_id", "in", self.subscription_id.ids),
                ("activity_type_id", "=", self._get_call_type().id),
                ("automated", "=", True),
            ]
        )

    def _is_called(self):
        """Say whether the client is called: the plan has it, or he has no e-mail."""
        plan = self.subscription_id.plan_id
        return plan.has_manager or plan.is_notified_phone or not self.recipient_id

    def _plan_calls(self):
        """Plan a call for today to each client; one that waits is moved to today."""
        call_type = self._get_call_type()
        waiting = {x.res_id: x for x in self._get_open_calls()}
        missing = self.filtered(lambda x: x.subscription_id.id not in waiting)
        moved = self - missing
        for (end, company), renewals in moved.grouped(
            lambda x: (x.ends_on, x.company_id)
        ).items():
            calls = self.env["mail.activity"].union(
                *(waiting[x.subscription_id.id] for x in renewals)
            )
            calls.write({"date_deadline": company._kbs_today()})
            for user, own in calls.grouped("user_id").items():
                summary = self._in_language_of(user)._get_call_summary(end)
                own.write({"summary": summary})
        # Without a letter to the assignee for each: they are on his list of the day.
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [x._prepare_call_values(call_type) for x in missing]
        )
        if nobody := missing.filtered(lambda x: not x.responsible_id):
            # The call waits on the subscription all the same, for whoever looks.
            _logger.info("Nobody is set to call about %s", nobody)

    def _prepare_call_values(self, call_type):
        user = self.responsible_id
        translated = self._in_language_of(user)
        return {
            "res_model_id": self.env["ir.model"]._get_id("kbs.subscription"),
            "res_id": self.subscription_id.id,
            "activity_type_id": call_type.id,
            "automated": True,
            "date_deadline": self.company_id._kbs_today(),
            "user_id": user.id,
            "summary": translated._get_call_summary(self.ends_on),
            "note": translated._get_call_note(),
        }

    def _in_language_of(self, user):
        return self.with_context(lang=user.lang or self.env.lang)

    @api.model
    def _get_call_summary(self, end):
        return self.env._(
            "Support until %(date)s: call about the renewal",
            date=format_date(self.env, end),
        )

    def _get_call_note(self):
        if self.recipient_id:
            return ""
        return self.env._("The client has no e-mail address: nobody wrote to him.")
