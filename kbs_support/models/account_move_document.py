from base64 import b64encode

from odoo import models
from odoo.tools.image import image_data_uri

DOCUMENT = "kbs_support.report_kbs_invoice_document"


class AccountMove(models.Model):
    """The invoice as Ukrainian accountants know it: "рахунок на оплату"."""

    _inherit = "account.move"

    def _get_name_invoice_report(self):
        # EXTENDS account
        self.ensure_one()
        is_ours = self.move_type == "out_invoice" and self.company_id.country_code
        return DOCUMENT if is_ours == "UA" else super()._get_name_invoice_report()

    def _kbs_draw_qr(self):
        """Return the picture of the payment QR as PNG, or None where there is none."""
        self.ensure_one()
        link = self._kbs_is_open() and self._kbs_get_qr_link()
        if not link:
            return None
        params = self.env["res.partner.bank"]._kbs_get_qr_params(link)
        return self.env["ir.actions.report"].barcode(**params)

    def _kbs_prepare_document(self):
        """Return the document of this invoice, see ``kbs.document``."""
        self.check_access("read")
        # Sudo: who reads an invoice reads the accounts and codes on it.
        move = self.sudo()
        document = move.env["kbs.document"]
        lines = move.invoice_line_ids.filtered(lambda x: x.display_type == "product")
        picture = move.state == "posted" and move._kbs_draw_qr()
        return document._prepare(
            move.company_id,
            move.commercial_partner_id,
            title=move.env._("Invoice for payment No. %s", move.name or "—"),
            day=document._write_day(move.invoice_date),
            intro=move._kbs_get_intro(),
            columns=[
                (move.env._("No."), False),
                (move.env._("Services, goods"), False),
                (move.env._("Quantity"), True),
                (move.env._("Unit"), False),
                (move.env._("Price"), True),
                (move.env._("Amount"), True),
            ],
            rows=[
                line._kbs_prepare_document_row(number)
                for number, line in enumerate(lines, 1)
            ],
            totals=move._kbs_get_totals(),
            words=document._write_words(move.amount_total, move.currency_id),
            outro=move._kbs_get_outro(),
            codes=document._prepare_codes(move.partner_id),
            qr=bool(picture) and image_data_uri(b64encode(picture)),
        )

    def _kbs_get_intro(self):
        client, order = self.commercial_partner_id, self.line_ids.sale_line_ids.order_id
        document = self.env["kbs.document"]
        party = document._prepare_party(client)
        intro = [
            self.env._("Client: %s", client.name),
            "; ".join(party["details"]),
        ]
        support = order.kbs_subscription_id | order.order_line.kbs_period_ids.mapped(
            "subscription_id"
        )
        if support:
            number, day = support[:1]._get_contract()
            intro.append(
                self.env._(
                    "Ground: contract of support No. %(number)s of %(day)s",
                    number=number,
                    day=document._write_day(day),
                )
            )
        return [x for x in intro if x]

    def _kbs_get_totals(self):
        document = self.env["kbs.document"]
        totals = [
            (self.env._("Total"), document._write_money(self.amount_total)),
            document._write_tax(self.amount_tax),
        ]
        if self.state == "posted" and self.amount_residual != self.amount_total:
            left = document._write_money(self.amount_residual)
            totals.append((self.env._("Left to pay"), left))
        return totals

    def _kbs_get_outro(self):
        bank = self._kbs_get_bank()
        outro = [
            self.env._(
                "Receiver: %(receiver)s, EDRPOU %(code)s, account %(iban)s",
                receiver=self._kbs_get_receiver(),
                code=self._kbs_get_code() or "—",
                iban=bank.acc_number or "—",
            ),
            self.env._("Purpose of payment: %s", self._kbs_get_purpose()),
        ]
        if self.invoice_date_due:
            day = self.env["kbs.document"]._write_day(self.invoice_date_due)
            outro.append(self.env._("To be paid until %s.", day))
        return outro if self.state == "posted" else []


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _kbs_prepare_document_row(self, number):
        """Return this line as texts. Prices are with tax (P1)."""
        document = self.env["kbs.document"]
        quantity = f"{self.quantity:g}"
        price = self.price_total / self.quantity if self.quantity else 0.0
        return [
            str(number),
            self.name or self.product_id.display_name or "",
            quantity,
            self.product_uom_id.name or "",
            document._write_money(price),
            document._write_money(self.price_total),
        ]
