import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.coverage import ONE_DAY, Coverage, months_between

_logger = logging.getLogger(__name__)

CRON_BATCH = 500


class KbsSubscription(models.Model):
    """One client's support: a number, a plan, and the periods that were sold.

    What it says about itself (state, plan, dates, tenure) is derived from its
    periods; the only fact of its own is that somebody closed it.
    """

    _name = "kbs.subscription"
    _description = "Support Subscription"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_end desc, id desc"
    _check_company_auto = True
    # Whoever may read a subscription may write a note or plan a call on it.
    _mail_post_access = "read"

    name = fields.Char(
        string="Number", required=True, copy=False, default="/", readonly=True
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
        ondelete="restrict",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Client's Company",
        store=True,
        index=True,
        help="Every contact of this company is covered.",
    )
    manager_id = fields.Many2one(
        comodel_name="res.users",
        tracking=True,
        index="btree_not_null",
        domain="[('share', '=', False)]",
        help="Looks after the contract and its renewal.",
    )
    specialist_id = fields.Many2one(
        comodel_name="res.users",
        string="Dedicated Specialist",
        tracking=True,
        index="btree_not_null",
        domain="[('share', '=', False)]",
        help="Answers this client first.",
    )
    is_specialist_due = fields.Boolean(compute="_compute_is_specialist_due")
    note = fields.Html(string="Internal Notes")
    period_ids = fields.One2many(
        comodel_name="kbs.subscription.period",
        inverse_name="subscription_id",
        string="Periods",
    )

    # === DERIVED FROM PERIODS === #
    plan_id = fields.Many2one(
        comodel_name="kbs.plan",
        compute="_compute_coverage",
        store=True,
        readonly=False,
        tracking=True,
        index="btree_not_null",
        help="Plan of the period that runs today, else of the next or the last one.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Not paid"),
            ("upcoming", "Starts later"),
            ("active", "Active"),
            ("grace", "In grace"),
            ("ended", "Ended"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_coverage",
        store=True,
        index=True,
        tracking=True,
        default="draft",
        group_expand=True,
    )
    date_start = fields.Date(
        string="Covered from",
        compute="_compute_coverage",
        store=True,
        help="First day of paid coverage.",
    )
    date_end = fields.Date(
        string="Covered until",
        compute="_compute_coverage",
        store=True,
        index=True,
        tracking=True,
        help="Last day of paid coverage.",
    )
    booked_until = fields.Date(
        compute="_compute_coverage",
        store=True,
        help="Last day of the last period, paid or not.",
    )
    tenure_start = fields.Date(
        string="Client without a Gap since",
        compute="_compute_coverage",
        store=True,
        help="First day of the uninterrupted coverage.",
    )
    tenure_months = fields.Integer(
        string="Tenure, Months",
        compute="_compute_tenure_months",
        help="Full months of uninterrupted coverage up to today.",
    )
    state_changes_on = fields.Date(
        compute="_compute_coverage",
        store=True,
        help="Day on which time alone changes the state; the daily job looks for it.",
    )
    renewal_opens_on = fields.Date(
        string="Renewal Opens", compute="_compute_renewal_opens_on"
    )
    days_left = fields.Integer(compute="_compute_days_left")
    order_count = fields.Integer(compute="_compute_document_counts")
    invoice_count = fields.Integer(compute="_compute_document_counts")

    # === CLOSED BY A PERSON === #
    closed_on = fields.Date(readonly=True, copy=False, tracking=True)
    close_reason_id = fields.Many2one(
        comodel_name="kbs.close.reason",
        string="Closed because",
        readonly=True,
        copy=False,
        tracking=True,
        ondelete="restrict",
    )

    _number_unique = models.Constraint(
        "UNIQUE (company_id, name)", "There is already a subscription of this number."
    )
    _state_changes_index = models.Index(
        "(company_id, state_changes_on) WHERE state_changes_on IS NOT NULL"
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "period_ids.is_effective",
        "period_ids.is_cancelled",
        "period_ids.date_start",
        "period_ids.date_end",
        "period_ids.plan_id",
        "closed_on",
        "company_id.kbs_grace_days",
    )
    def _compute_coverage(self):
        """Derive everything that periods and today's date decide (S2)."""
        for company, subscriptions in self.grouped("company_id").items():
            today = company._kbs_today() if company else fields.Date.today()
            for subscription in subscriptions:
                subscription._set_coverage(today)

    def _set_coverage(self, today):
        booked = self.period_ids.filtered(lambda x: not x.is_cancelled)
        booked = booked.sorted("date_start")
        effective = booked.filtered("is_effective")
        self.booked_until = booked[-1:].date_end
        self.date_start = effective[:1].date_start
        self.date_end = effective[-1:].date_end
        self.tenure_start = self._get_tenure_start(effective)
        self.state = self._get_state(effective, today)
        self.state_changes_on = self._get_next_change(effective, today)
        self.plan_id = self._get_plan_on(effective or booked, today) or self.plan_id

    def _get_state(self, effective, today):
        if self.closed_on or (
            self.period_ids and all(self.period_ids.mapped("is_cancelled"))
        ):
            return "cancelled"
        if not effective:
            return "draft"
        if any(x.date_start <= today <= x.date_end for x in effective):
            return "active"
        if any(x.date_start > today for x in effective):
            return "upcoming"
        return "grace" if today <= self._get_grace_end(effective) else "ended"

    def _get_grace_end(self, effective):
        grace = timedelta(days=self.company_id.kbs_grace_days)
        return effective[-1].date_end + grace

    def _get_next_change(self, effective, today):
        """First day after today on which the calendar changes state or plan."""
        if not effective or self.closed_on:
            return False
        days = {x.date_start for x in effective}
        days |= {x.date_end + ONE_DAY for x in effective}
        days.add(self._get_grace_end(effective) + ONE_DAY)
        return min((day for day in days if day > today), default=False)

    @api.model
    def _get_plan_on(self, periods, today):
        current = periods.filtered(lambda x: x.date_start <= today <= x.date_end)
        coming = periods.filtered(lambda x: x.date_start > today)
        return (current[:1] or coming[:1] or periods[-1:]).plan_id

    @api.model
    def _get_tenure_start(self, effective):
        """First day of the last run of periods without a gap (T3)."""
        start = False
        following = None
        for period in reversed(effective):
            if following and period.date_end + ONE_DAY != following.date_start:
                break
            start, following = period.date_start, period
        return start

    @api.depends("tenure_start", "date_end", "state")
    def _compute_tenure_months(self):
        for subscription in self:
            today = subscription.company_id._kbs_today()
            last = subscription.date_end and min(today, subscription.date_end)
            is_kept = subscription.state in ("active", "upcoming", "grace")
            subscription.tenure_months = (
                months_between(subscription.tenure_start, last) if is_kept else 0
            )

    @api.depends("date_end", "company_id.kbs_renewal_days")
    def _compute_renewal_opens_on(self):
        for subscription in self:
            days = timedelta(days=subscription.company_id.kbs_renewal_days)
            end = subscription.date_end
            subscription.renewal_opens_on = end and end - days

    @api.depends("date_end")
    def _compute_days_left(self):
        for subscription in self:
            end = subscription.date_end
            today = subscription.company_id._kbs_today()
            subscription.days_left = (end - today).days + 1 if end else 0

    @api.depends("plan_id", "specialist_id", "state")
    def _compute_is_specialist_due(self):
        for subscription in self:
            subscription.is_specialist_due = (
                subscription.plan_id.has_specialist
                and not subscription.specialist_id
                and subscription.state in ("active", "upcoming")
            )

    def _compute_document_counts(self):
        quotations = dict(
            self.env["sale.order"]
            .sudo()
            ._read_group(
                [("kbs_subscription_id", "in", self.ids)],
                ["kbs_subscription_id"],
                ["id:recordset"],
            )
        )
        for subscription in self:
            sold = subscription.sudo().period_ids.sale_line_id.order_id
            orders = sold | quotations.get(subscription, sold.browse())
            subscription.order_count = len(orders)
            subscription.invoice_count = len(orders.invoice_ids)

    @api.depends("name", "partner_id", "plan_id")
    @api.depends_context("kbs_show_client")
    def _compute_display_name(self):
        for subscription in self:
            name = subscription.name
            if self.env.context.get("kbs_show_client"):
                parts = [name, subscription.partner_id.name, subscription.plan_id.name]
                name = " · ".join(part for part in parts if part)
            subscription.display_name = name

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company_id = vals.get("company_id") or self.env.company.id
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company_id)
                    .next_by_code("kbs.subscription")
                )
        return super().create(vals_list)

    def write(self, vals):
        """Keep derived facts from being typed in: they follow from the periods.

        :raise AccessError: somebody writes a field that only business methods set
        """
        derived = self._get_derived_fields() & set(vals)
        if derived and not self.env.su:
            labels = self.fields_get(derived, ["string"]).values()
            raise AccessError(
                self.env._(
                    "These follow from the periods and cannot be written: %(fields)s",
                    fields=", ".join(label["string"] for label in labels),
                )
            )
        return super().write(vals)

    @api.model
    def _get_derived_fields(self):
        """Names of the stored fields that nobody writes by hand."""
        return {
            "name",
            "partner_id",
            "company_id",
            "plan_id",
            "state",
            "date_start",
            "date_end",
            "booked_until",
            "tenure_start",
            "state_changes_on",
            "closed_on",
            "close_reason_id",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        if sold := self.filtered("period_ids"):
            raise UserError(
                self.env._(
                    "The subscription %(number)s has periods and stays for the "
                    "record. Close it with a reason instead.",
                    number=sold[0].name,
                )
            )

    # === ACTIONS === #

    def action_view_orders(self):
        self.check_access("read")
        return self._get_documents_action(
            "sale.action_orders", self._get_orders_sudo().ids
        )

    def action_view_invoices(self):
        self.check_access("read")
        return self._get_documents_action(
            "account.action_move_out_invoice_type",
            self._get_orders_sudo().invoice_ids.ids,
        )

    @api.model
    def _get_documents_action(self, xmlid, ids):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = [("id", "in", ids)]
        action["context"] = {"create": False}
        if len(ids) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = ids[0]
        return action

    def action_renew(self):
        """Open a new quotation for this subscription, with its plan to be chosen."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale.action_quotations_with_onboarding"
        )
        action["views"] = [(False, "form")]
        action["context"] = {
            "default_partner_id": self.partner_id.id,
            "default_kbs_subscription_id": self.id,
        }
        return action

    def action_close(self):
        """Ask why, then close (wizard)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Close the Subscription"),
            "res_model": "kbs.subscription.close",
            "view_mode": "form",
            "target": "new",
            "context": {"default_subscription_ids": self.ids},
        }

    def action_reopen(self):
        """Take back a closing; cancelled periods stay cancelled."""
        self.check_access("write")
        self.sudo().write({"closed_on": False, "close_reason_id": False})

    # === BUSINESS METHODS === #

    def _close(self, reason, note=""):
        """Close for good: unpaid periods are cancelled, the reason stays.

        :param reason: ``kbs.close.reason``
        :raise AccessError: the user may not keep subscriptions
        :raise UserError: something is still paid for; credit its invoice first
        """
        self.check_access("write")
        for subscription in self:
            today = subscription.company_id._kbs_today()
            if subscription.date_end and subscription.date_end >= today:
                raise UserError(
                    self.env._(
                        "The subscription %(number)s is covered until %(date)s. "
                        "Credit its invoice first, or wait for the end.",
                        number=subscription.name,
                        date=format_date(self.env, subscription.date_end),
                    )
                )
            subscription.sudo().write(
                {"close_reason_id": reason.id, "closed_on": today}
            )
        self.sudo().period_ids.filtered(
            lambda x: not x.is_paid and not x.is_cancelled
        )._cancel()
        if note:
            for subscription in self:
                subscription.message_post(body=note)

    @api.model
    def _get_active(self, partners, on_date=None):
        """Answer the one question of all other parts: who is covered, by what.

        Coverage belongs to the commercial entity (E1): any contact of the client's
        company gets the company's subscription.

        :param partners: ``res.partner`` recordset
        :param on_date: local date, today by default
        :return: dict ``{partner: subscription}`` with a (maybe empty) record for each
            of ``partners``; of several subscriptions the one that lasts longest
        """
        on_date = on_date or self.env.company._kbs_today()
        companies = partners.commercial_partner_id
        periods = (
            self.env["kbs.subscription.period"]
            .sudo()  # the answer is needed by people who may not read subscriptions
            .search_fetch(
                self._get_active_domain(companies, on_date),
                ["subscription_id", "commercial_partner_id"],
                order="date_end, id",
            )
        )
        found = {x.commercial_partner_id: x.subscription_id for x in periods}
        nothing = self.browse()
        return {
            partner: nothing.browse(
                found.get(partner.commercial_partner_id, nothing).id
            )
            for partner in partners
        }

    @api.model
    def _get_active_domain(self, commercial_partners, on_date):
        """Domain of the periods that cover ``commercial_partners`` on ``on_date``."""
        return Domain(
            [
                ("commercial_partner_id", "in", commercial_partners.ids),
                ("company_id", "in", self.env.companies.ids),
                ("is_cancelled", "=", False),
                ("date_start", "<=", on_date),
                ("date_end", ">=", on_date),
            ]
        ) & (Domain("is_paid", "=", True) | Domain("guarantee_until", ">=", on_date))

    def _get_last_coverage(self):
        """Return the last booked stretch as :class:`Coverage`, or None."""
        booked = self.period_ids.filtered(lambda x: not x.is_cancelled)
        last = booked.sorted("date_start")[-1:]
        if not last:
            return None
        return Coverage(
            last.date_start, last.date_end, last.chain_start, last.chain_months
        )

    def _get_unpaid_period(self):
        """Return the booked period that nobody paid for yet, if there is one."""
        return self.period_ids.filtered(
            lambda x: not x.is_cancelled and not x.is_effective
        )[:1]

    def _get_orders_sudo(self):
        """All orders of the subscriptions: sold periods, quotations for renewal."""
        sudo = self.sudo()
        return sudo.period_ids.sale_line_id.order_id | sudo.env["sale.order"].search(
            [("kbs_subscription_id", "in", self.ids)]
        )

    # === DAILY JOB === #

    @api.model
    def _cron_update_states(self):
        """Move what time alone moves: lapsed guarantees, then states.

        Looks only for what is due, so a second run the same day finds nothing. When
        the time of the run is up, Odoo starts the job again for what remains.
        """
        due = self._get_due()
        Cron = self.env["ir.cron"]
        Cron._commit_progress(remaining=sum(m.search_count(d) for m, d, _f in due))
        for model, domain, fname in due:
            if not self._move_due(model, domain, fname):
                break

    @api.model
    def _get_due(self):
        """Return ``[(model, domain, field)]``: what is due today in each company.

        ``field`` is what the passing of time is taken for: a change of it.
        """
        Period = self.env["kbs.subscription.period"]
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        today = {company: company._kbs_today() for company in companies}
        lapsed = [
            (
                Period,
                Period._get_lapsed_guarantee_domain(x, today[x]),
                "guarantee_until",
            )
            for x in companies
        ]
        moved = [
            (
                self,
                Domain("company_id", "=", x.id)
                & Domain("state_changes_on", "<=", today[x]),
                "closed_on",
            )
            for x in companies
        ]
        return lapsed + moved

    @api.model
    def _move_due(self, model, domain, fname):
        """Recompute what ``domain`` finds as if ``fname`` had changed, in batches.

        Each batch is committed. Rows that another transaction holds are left to the
        next run; a batch that fails is taken one by one, so that one bad record
        stops nobody else.

        :return: whether there is time for more
        """
        last_id = 0
        while records := model.search(
            domain & Domain("id", ">", last_id), limit=CRON_BATCH, order="id"
        ):
            last_id = records[-1].id
            free = records.try_lock_for_update(allow_referencing=True)
            if not self._recompute_isolated(free, fname):
                for record in free:
                    self._recompute_isolated(record, fname)
            if not self.env["ir.cron"]._commit_progress(len(records)):
                return False
        return True

    @api.model
    def _recompute_isolated(self, records, fname):
        """Recompute in a savepoint; log a failure and return whether all went well."""
        try:
            with self.env.cr.savepoint():
                records.modified([fname])
                self.env.flush_all()
        except Exception:
            self.env.invalidate_all(flush=False)
            _logger.exception("Moving by date failed for %s", records)
            return False
        return True
