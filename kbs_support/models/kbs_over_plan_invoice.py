import logging

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.batches import run_isolated
from ..tools.wording import format_minutes

_logger = logging.getLogger(__name__)


class KbsOverPlan(models.Model):
    """Work over the plan on invoices: one draft a month for each client (E3)."""

    _inherit = "kbs.over.plan"

    @api.model
    def _get_unbilled_domain(self, company, before):
        """Domain of what waits for an invoice, done before the date ``before``."""
        return Domain(
            [
                ("company_id", "=", company.id),
                ("decision", "=", "bill"),
                ("invoice_line_id", "=", False),
                ("date", "<", before),
            ]
        )

    @api.model
    def _cron_bill(self):
        """Make the draft invoices of the months that are over."""
        # A handful of companies, and each has its own month.
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        for company in companies:
            first = company._kbs_today().replace(day=1)
            rows = self.search(self._get_unbilled_domain(company, first), order="date")
            clients = rows.grouped("commercial_partner_id")
            for number, own in enumerate(clients.values(), 1):
                self._bill_isolated(own)
                left = len(clients) - number
                if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                    return

    @api.model
    def _bill_isolated(self, rows):
        """Bill ``rows`` of one client; whatever fails is logged, and tried again."""
        # What another worker bills just now is not ours.
        free = rows.try_lock_for_update().filtered(lambda x: not x.invoice_line_id)
        error = run_isolated(free, lambda x: x._bill()) if free else None
        if error is not None:
            _logger.error("Work over the plan was not billed: %s", free, exc_info=error)

    def action_invoice(self):
        """Bill these now, without waiting for the end of the month.

        :return: action that shows the draft invoices
        """
        self.check_access("read")
        self.env["account.move"].check_access("create")
        rows = self.filtered(lambda x: x.state == "to_bill").sorted("date")
        moves = self.env["account.move"]
        clients = rows.grouped(lambda x: (x.company_id, x.commercial_partner_id))
        for own in clients.values():
            moves |= own.sudo()._bill()
        return self.env["kbs.subscription"]._get_documents_action(
            "account.action_move_out_invoice_type", moves.ids
        )

    def _bill(self):
        """Make one draft invoice of these rows of one client, a line for each month.

        :return: the invoice
        """
        months = self.grouped(lambda x: x.date.replace(day=1))
        move = self.env["account.move"].create(self._prepare_invoice(months))
        lines = move.invoice_line_ids.sorted("sequence")
        for own, line in zip(months.values(), lines, strict=True):
            own.write({"invoice_line_id": line.id})
        return move

    @api.model
    def _get_hour_price(self):
        """Return the product of an hour, its price list, and its price in it."""
        product = self.env.ref("kbs_support.product_product_kbs_hour")
        pricelist = self.env.ref("kbs_support.product_pricelist_kbs_regular")
        price = pricelist._get_product_price(product, 1.0, uom=product.uom_id)
        return product, pricelist, price

    def _prepare_invoice(self, months):
        """Values of the invoice.

        :param dict months: ``{first day: rows}`` in the order of time
        """
        client = self.commercial_partner_id
        product, pricelist, price = self._get_hour_price()
        lang = client.lang or self.env.lang
        translated = self.with_context(lang=lang)
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": client.address_get(["invoice"])["invoice"],
            "currency_id": pricelist.currency_id.id,
            "kbs_is_over_plan": True,
            "invoice_origin": translated.env._("Work over the plan"),
            "invoice_line_ids": [
                Command.create(
                    {
                        "sequence": number,
                        "product_id": product.id,
                        "name": translated._tell_month(first),
                        "quantity": sum(rows.mapped("billed_minutes")) / 60,
                        "price_unit": price,
                    }
                )
                for number, (first, rows) in enumerate(months.items())
            ],
        }

    def _prepare_annex_row(self):
        """Return the texts of this piece of work for the annex of its invoice."""
        self.ensure_one()
        return {
            "date": format_date(self.env, self.date),
            "ticket": self.ticket_id.number,
            "name": self.name,
            "time": format_minutes(self.env, self.minutes),
            "billed": format_minutes(self.env, self.billed_minutes),
        }

    def _tell_month(self, first):
        return self.env._(
            "Work over the plan, %(month)s",
            month=format_date(self.env, first, date_format="LLLL yyyy"),
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    kbs_over_ids = fields.One2many(
        comodel_name="kbs.over.plan",
        compute="_compute_kbs_over_ids",
        string="Work over the Plan",
        help="The annex of this invoice.",
    )

    @api.depends("invoice_line_ids.kbs_over_ids")
    def _compute_kbs_over_ids(self):
        for move in self:
            move.kbs_over_ids = move.sudo().invoice_line_ids.kbs_over_ids.sorted("date")

    kbs_is_over_plan = fields.Boolean(
        string="Bills Work over the Plan", readonly=True, copy=False
    )

    def button_draft(self):
        # EXTENDS account: its work was freed, and may stand on another invoice.
        if self.filtered(lambda x: x.state == "cancel" and x.kbs_is_over_plan):
            raise UserError(
                self.env._(
                    "The work of a cancelled invoice waits for another one. Make that "
                    "one in “Work over the Plan”."
                )
            )
        return super().button_draft()

    def button_cancel(self):
        # EXTENDS account: what a cancelled invoice billed waits for another one.
        res = super().button_cancel()
        self.filtered(lambda x: x.state == "cancel").line_ids._kbs_free_work_sudo()
        return res


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    kbs_over_ids = fields.One2many(
        comodel_name="kbs.over.plan",
        inverse_name="invoice_line_id",
        string="Work over the Plan",
    )

    def unlink(self):
        self._kbs_free_work_sudo()
        return super().unlink()

    def _kbs_free_work_sudo(self):
        """Let the work on these lines wait for another invoice.

        Sudo: an accountant decides on invoices, not on work.
        """
        self.sudo().kbs_over_ids.write({"invoice_line_id": False})
