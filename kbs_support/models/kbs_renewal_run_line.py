import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..tools.batches import run_isolated
from ..tools.offer import get_best_offer

_logger = logging.getLogger(__name__)

# Lines in one transaction: a letter has a PDF, which takes a second.
BATCHES = {"queued": 50, "to_send": 10}
# What a person waits for after a click; the rest goes on in the background.
NOW = {"queued": 100, "to_send": 5}


class KbsRenewalRunLine(models.Model):
    """One client in a renewal run: what he is offered, and how far it came."""

    _name = "kbs.renewal.run.line"
    _description = "Client in a Renewal Run"
    _order = "ends_on, id"

    run_id = fields.Many2one(
        comodel_name="kbs.renewal.run", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(related="subscription_id.partner_id", store=True)
    ends_on = fields.Date(
        related="subscription_id.date_end", string="Covered until", store=True
    )
    plan_id = fields.Many2one(comodel_name="kbs.plan", required=True)
    term_id = fields.Many2one(comodel_name="kbs.term", required=True)
    state = fields.Selection(
        selection=[
            ("review", "For review"),
            ("queued", "Being made"),
            ("made", "Made"),
            ("to_send", "Being sent"),
            ("sent", "Sent"),
            ("failed", "With an error"),
        ],
        default="review",
        required=True,
        readonly=True,
        index=True,
    )
    failed_in = fields.Selection(
        selection=[("queued", "Making"), ("to_send", "Sending")], readonly=True
    )
    error = fields.Char(readonly=True)
    order_id = fields.Many2one(
        comodel_name="sale.order", string="Quotation", readonly=True, index=True
    )

    # === WHAT WOULD BE OFFERED === #
    currency_id = fields.Many2one(related="company_id.currency_id")
    price = fields.Monetary(compute="_compute_offer")
    saving = fields.Monetary(compute="_compute_offer", string="Client Saves")
    offer_note = fields.Char(compute="_compute_offer", string="Why This Price")
    offer_date_start = fields.Date(compute="_compute_offer", string="From")
    offer_date_end = fields.Date(compute="_compute_offer", string="Until")

    _once_in_a_run = models.Constraint(
        "UNIQUE (run_id, subscription_id)", "This client is already in the run."
    )
    _working_index = models.Index("(state, id) WHERE state IN ('queued', 'to_send')")

    # === COMPUTE METHODS === #

    @api.depends("plan_id", "term_id", "subscription_id", "order_id")
    def _compute_offer(self):
        """Price and days as the rules give them today; of a made one, its own."""
        offers = self.filtered(lambda x: not x.order_id)._get_offers()
        for line in self:
            offer, order_line = offers.get(line), line.order_id.order_line[:1]
            line.price = offer.price if offer else line.order_id.amount_total
            line.saving = offer.saving if offer else line.order_id.kbs_saving
            line.offer_date_start = (
                offer.coverage.date_start if offer else order_line.kbs_date_start
            )
            line.offer_date_end = (
                offer.coverage.date_end if offer else order_line.kbs_date_end
            )
            if offer:
                line.offer_note = offer.reason
            elif line.order_id:
                line.offer_note = line.order_id.kbs_price_note
            else:
                line.offer_note = self.env._("This term cannot be sold now.")

    def _get_offers(self):
        """Return the best offer of each line's plan and term.

        :return: dict ``{line: Offer}`` without the lines that nothing can be sold to
        """
        found = {}
        for plan, lines in self.grouped("plan_id").items():
            offers = lines.subscription_id._get_offers(plan, lines.term_id)
            for line in lines:
                offer = get_best_offer(offers[line.subscription_id], line.term_id)
                if offer:
                    found[line] = offer
        return found

    @api.constrains("run_id", "subscription_id")
    def _check_company(self):
        for line in self:
            if line.subscription_id.company_id != line.run_id.company_id:
                raise ValidationError(
                    self.env._(
                        "A run renews clients of its own company: %(company)s.",
                        company=line.run_id.company_id.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Put clients under review; how far they came is not for typing in.

        :raise AccessError: the user may not read one of the subscriptions
        """
        if not self.env.su:
            ids = [vals.get("subscription_id") for vals in vals_list]
            self.env["kbs.subscription"].browse(filter(None, ids)).check_access("read")
            for vals in vals_list:
                for name in self._get_progress_fields():
                    vals.pop(name, None)
        return super().create(vals_list)

    @api.model
    def _get_progress_fields(self):
        """Names of the fields that the run itself writes."""
        return ("state", "order_id", "failed_in", "error")

    def write(self, vals):
        """What was made stays as it was reviewed, and steps are not typed in.

        :raise AccessError: somebody writes how far a line came, or whose it is
        :raise UserError: the quotation exists already
        """
        own = {*self._get_progress_fields(), "run_id", "subscription_id"}
        if not self.env.su and own & set(vals):
            raise AccessError(
                self.env._("How far a client came in a run is not for typing in.")
            )
        if {"plan_id", "term_id"} & set(vals) and self.filtered("order_id"):
            raise UserError(
                self.env._("The quotation is made already; change it there instead.")
            )
        return super().write(vals)

    # === ACTIONS === #

    def action_retry(self):
        """Do again what failed."""
        self.check_access("write")
        for state, lines in self.grouped("failed_in").items():
            if state:
                # Sudo: steps are not typed in, but a button takes them.
                lines.sudo().write({"state": state, "failed_in": False, "error": False})
        self._work_now()

    def action_skip(self):
        """Take clients out of the run."""
        self.filtered(lambda x: not x.order_id).unlink()

    def action_view_order(self):
        self.ensure_one()
        return self.env["kbs.subscription"]._get_documents_action(
            "sale.action_quotations_with_onboarding", self.order_id.ids
        )

    # === BUSINESS METHODS === #

    def _work_now(self):
        """Work while a person waits, and leave what is left to the background."""
        for state, batch in BATCHES.items():
            lines = self.filtered(lambda x, state=state: x.state == state)
            now, later = lines[: NOW[state]], lines[NOW[state] :]
            for start in range(0, len(now), batch):
                now[start : start + batch]._work()
            if later:
                # Sudo: who may not see scheduled actions may need one.
                self.env.ref("kbs_support.ir_cron_kbs_renewal_runs").sudo()._trigger()

    @api.model
    def _cron_work(self):
        """Make and send what is waiting, in batches that are committed one by one.

        A batch whose clients somebody else works on just now waits for another call.
        """
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=self.search_count([("state", "in", list(BATCHES))]))
        for state, batch in BATCHES.items():
            last_id = 0
            while lines := self.search(
                [("state", "=", state), ("id", ">", last_id)], limit=batch, order="id"
            ):
                last_id = lines[-1].id
                try:
                    lines.try_lock_for_update()._work()
                except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                    self.env.cr.rollback()
                    self.env.ref("kbs_support.ir_cron_kbs_renewal_runs")._trigger()
                if not commit(len(lines)):
                    return

    def _work(self):
        """Do the next step of these lines, in the name of who is responsible."""
        steps = {
            "queued": lambda lines: lines._make(),
            "to_send": lambda lines: lines._send(),
        }
        for (run, state), lines in self.grouped(lambda x: (x.run_id, x.state)).items():
            if state in steps:
                acting = lines.with_user(run.user_id).with_context(
                    allowed_company_ids=run.company_id.ids, lang=run.user_id.lang
                )
                acting._do_isolated(state, steps[state])

    def _do_isolated(self, state, step):
        """Do ``step`` with all; if that fails, with each, and note who failed.

        :raise psycopg2.Error: another transaction was first; the request is repeated
        """
        if run_isolated(self, step) is None:
            return
        for line in self:
            error = run_isolated(line, step)
            if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                raise error
            if error is not None:
                line._fail(state, error)

    def _fail(self, state, error):
        """Keep the reason on the line; what nobody expected goes to the log."""
        if isinstance(error, UserError | AccessError | ValidationError):
            text = str(error)
        else:
            _logger.error("Renewal run: %s failed", self, exc_info=error)
            text = self.env._("Unexpected error: %(error)s", error=error)
        # Sudo: whatever the responsible user may not do any more, others go on.
        self.sudo().write({"state": "failed", "failed_in": state, "error": text})

    def _make(self):
        """Make the quotations of these lines.

        :raise UserError: one of them cannot be made
        """
        offers = self._get_offers()
        for line in self:
            if line not in offers:
                raise UserError(
                    self.env._(
                        "%(client)s cannot renew for %(term)s now: there is no price "
                        "for it, or these days are covered already.",
                        client=line.partner_id.name,
                        term=line.term_id.name,
                    )
                )
        orders = self.subscription_id._create_renewal_orders(list(offers.values()))
        for line in self.sudo():  # steps are not typed in
            order = orders[line.subscription_id.sudo(False)]
            line.write({"order_id": order.id, "state": "made"})

    def _send(self):
        """Queue the e-mails with the quotations of these lines.

        :raise UserError: a client has no e-mail address, or no quotation any more
        """
        for line in self:
            if line.order_id.state not in ("draft", "sent"):
                raise UserError(
                    self.env._(
                        "The quotation of %(client)s was cancelled, deleted or "
                        "confirmed, so there is nothing to send.",
                        client=line.partner_id.name,
                    )
                )
        self.order_id._kbs_send_renewal_offer()
        self.sudo().write({"state": "sent"})  # steps are not typed in
