from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..tools import proration
from ..tools.proration import UnusedDays


class KbsSubscriptionPeriod(models.Model):
    """What the days of a period are worth, and the money that goes back for them.

    Nothing that was sold is recomputed: a period keeps its total, and what is taken
    from it is written on the period that follows or on a credit note (P7).
    """

    _inherit = "kbs.subscription.period"

    price_carried = fields.Monetary(
        string="Paid by the Old Plan",
        readonly=True,
        copy=False,
        help="The part of the total that unused days of the old plan have paid.",
    )
    credit_note_ids = fields.One2many(
        comodel_name="account.move",
        inverse_name="kbs_stopped_period_id",
        string="Credit Notes for Unused Days",
    )

    _carried_not_negative = models.Constraint(
        "CHECK (COALESCE(price_carried, 0) = 0"
        " OR (price_carried > 0 AND replaced_period_id IS NOT NULL))",
        "Only a change of plan carries money over, and never less than nothing.",
    )
    _replaced_once = models.UniqueIndex(
        "(replaced_period_id)"
        " WHERE replaced_period_id IS NOT NULL AND is_cancelled IS NOT TRUE",
        "The plan of this period has already been changed.",
    )

    # === COMPUTE METHODS === #

    @api.depends("replaced_period_id", "date_start", "sold_until")
    def _compute_price_month(self):
        # EXTENDS kbs_support: after a change the total is not that of a whole term.
        res = super()._compute_price_month()
        for period in self.filtered("replaced_period_id"):
            days, root = period._get_sold_days(), period._get_root_period()
            if days > 0:
                period.price_month *= root._get_sold_days() / days
        return res

    # === DAYS === #

    def _get_root_period(self):
        """Return the period that was sold first, before any change of plan."""
        self.ensure_one()
        period = self
        while period.replaced_period_id:
            period = period.replaced_period_id
        return period

    def _get_pauses(self):
        return [x._get_stretch() for x in self.subscription_id.pause_ids]

    def _get_sold_days(self):
        """Return the days of service that were sold, without paused ones."""
        self.ensure_one()
        return proration.count_sold_days(
            self.date_start, self.sold_until, self._get_pauses()
        )

    def _get_unused_days(self, day):
        """Return the sold days that are left when ``day`` is the first unserved one."""
        self.ensure_one()
        return proration.count_unused_days(
            self.date_start, self.sold_until, day, self._get_pauses()
        )

    # === MONEY === #

    def _prorate(self, amount, days, total_days):
        """Return ``days / total_days`` of ``amount``, to the kopeck."""
        digits = self.currency_id.decimal_places
        return float(proration.prorate(amount, days, total_days, digits))

    def _get_unused(self, day):
        """Return what goes back to the client if ``day`` is the first unserved one.

        What a later change of plan took over, or an earlier stop or credit note gave
        back, is not given back twice.

        :return: :class:`UnusedDays`
        """
        unused, total = self._get_unused_days(day), self._get_sold_days()
        amount = self._prorate(self.price_total, unused, total)
        gone = 0
        # An unpaid change that has not begun by then is cancelled.
        successor = self.replaced_by_ids.filtered(
            lambda x: x.is_effective and (x.is_paid or x.date_start < day)
        )
        if self.stopped_on:
            gone = self._get_unused_days(self.stopped_on)
            amount -= self._prorate(self.price_total, gone, total)
        elif successor:
            gone = successor._get_sold_days()
            amount -= successor.price_carried
        amount = self._cap_unused(amount, successor.price_carried)
        unused, amount = unused - gone, self.currency_id.round(amount)
        return UnusedDays(self, max(unused, 0), total, max(amount, 0.0))

    def _cap_unused(self, amount, carried=0.0):
        """Return ``amount``, but no more than what is left of the invoiced price.

        :param float carried: what a change of plan has taken over already
        """
        period = self.sudo()  # who changes a plan may not read another's invoices
        lines = period.sale_line_id.invoice_lines.filtered(
            lambda x: x.parent_state == "posted"
        )
        if not lines:
            return amount
        credited = lines.filtered(lambda x: x.move_type == "out_refund")
        notes = period.credit_note_ids.filtered(lambda x: x.state == "posted")
        left = sum((lines - credited).mapped("price_total")) - carried
        left -= sum(credited.mapped("price_total")) + sum(notes.mapped("amount_total"))
        return min(amount, period.currency_id.round(max(left, 0.0)))

    def _get_invoice_line(self):
        """Return the posted invoice line that billed this period, if there is one."""
        lines = self.sale_line_id.invoice_lines
        return lines.filtered(
            lambda x: x.parent_state == "posted" and x.move_type == "out_invoice"
        )[-1:]

    def _prepare_unused_line_values(self, amount, day, unused_days, total_days):
        """Values of a line that gives money back, on an order or a credit note.

        It has the taxes of what it takes back; ``amount`` is with tax.
        """
        product = self.env.ref(
            "kbs_support.product_product_kbs_unused_days", raise_if_not_found=False
        )
        if not product:
            raise UserError(
                self.env._(
                    "The product “Unused days of support” is missing, so nothing can "
                    "be credited by days. Ask an administrator to bring it back."
                )
            )
        lang = self.partner_id.lang or self.env.lang
        period, product = self.with_context(lang=lang), product.with_context(lang=lang)
        name = period.env._(
            "%(product)s\n%(plan)s from %(start)s to %(end)s: %(unused)s of %(total)s "
            "days",
            product=product.name,
            plan=period.plan_id.name,
            start=format_date(period.env, max(day, self.date_start)),
            end=format_date(period.env, self.date_end),
            unused=unused_days,
            total=total_days,
        )
        return {
            "product_id": product.id,
            "name": name,
            "price_unit": amount,
            "tax_ids": [Command.set(self._get_unused_taxes().ids)],
        }

    def _get_unused_taxes(self):
        """Return the taxes of what is given back: those with which it was sold."""
        return self.sale_line_id.tax_ids

    # === STOPPED BEFORE THE END === #

    def _credit_unused_sudo(self, day):
        """Post a credit note for the days from ``day`` on of each of these periods.

        It is not tied to the invoice: the days before ``day`` stay paid. Sudo: the
        manager who decides may be no accountant.

        :return: ``account.move``
        """
        unused = [period.sudo()._get_unused(day) for period in self]
        moves = self.env["account.move"].sudo()
        for company in self.company_id:
            values = [
                x.period._prepare_credit_note_values(x, day)
                for x in unused
                if x.period.company_id == company and x.amount
            ]
            moves |= moves.with_company(company).create(values)
        moves.action_post()
        return moves

    def _prepare_credit_note_values(self, unused, day):
        """Values of the credit note of :class:`UnusedDays` from ``day`` on."""
        sold = self._get_invoice_line()
        invoice = sold.move_id
        line = self._prepare_unused_line_values(
            unused.amount, day, unused.unused_days, unused.total_days
        )
        if sold.account_id:
            line["account_id"] = sold.account_id.id
        values = {
            "move_type": "out_refund",
            "partner_id": (invoice.partner_id or self.partner_id).id,
            "currency_id": self.currency_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "invoice_date": self.company_id._kbs_today(),
            "invoice_origin": self.order_id.name,
            "ref": invoice.name,
            "kbs_stopped_period_id": self.id,
            "invoice_line_ids": [Command.create(line)],
        }
        if invoice.journal_id:
            values["journal_id"] = invoice.journal_id.id
        return values

    def _is_stopped(self):
        """Say whether the client left before the end of this period, or its change."""
        self.ensure_one()
        successor = self.replaced_by_ids._get_booked()[-1:]
        return bool(self.stopped_on) or bool(successor and successor._is_stopped())

    def _check_not_replaced(self):
        """What a change of plan stands on is not cancelled before it.

        :raise UserError: a later plan counts on the money of one of these periods
        """
        successor = (self.replaced_by_ids - self)._get_booked()[:1]
        if successor:
            raise UserError(
                self.env._(
                    "The plan was changed: %(period)s, order %(order)s, counts on this "
                    "one. Credit and cancel that order first.",
                    period=successor.display_name,
                    order=successor.order_id.name or "—",
                )
            )
