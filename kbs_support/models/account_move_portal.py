from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

from ..tools.nbu_qr import QrError, QrPayment, build_link

MAX_UNPAID = 20
OPEN_PAYMENTS = ("not_paid", "partial")


class AccountMove(models.Model):
    """What a client sees of his unpaid invoices, and how he pays one."""

    _inherit = "account.move"

    @api.model
    def _get_portal_unpaid_domain(self, user):
        client = user.sudo().partner_id.commercial_partner_id
        return (
            Domain("commercial_partner_id", "=", client.id)
            & Domain("company_id", "in", user.company_ids.ids)
            & Domain("move_type", "=", "out_invoice")
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", OPEN_PAYMENTS)
        )

    @api.model
    def _prepare_portal_unpaid_sudo(self, user):
        """Return what ``user`` may pay, the most urgent first, as plain values.

        Found by his own rights; sudo to read what stands in them.
        """
        invoices = self.with_user(user).search(
            self._get_portal_unpaid_domain(user),
            order="invoice_date_due, id",
            limit=MAX_UNPAID,
        )
        return [x._prepare_portal_invoice() for x in invoices.sudo()]

    @api.model
    def _get_portal_invoice_sudo(self, user, invoice_id):
        """Return the posted invoice with sudo if ``user`` may read it, else none.

        Found by his own rights, in the companies that he belongs to.
        """
        domain = (
            Domain("id", "=", invoice_id)
            & Domain("company_id", "in", user.company_ids.ids)
            & Domain("move_type", "=", "out_invoice")
            & Domain("state", "=", "posted")
        )
        return self.with_user(user).search(domain).sudo()

    def _kbs_is_open(self):
        self.ensure_one()
        return self.payment_state in OPEN_PAYMENTS

    def _kbs_is_paid_online(self):
        """Say whether Odoo's page of this invoice takes an online payment."""
        self.ensure_one()
        if not self._kbs_is_open() or not self._has_to_be_paid():
            return False
        providers = self.env["payment.provider"]._get_compatible_providers(
            self.company_id.id,
            self.partner_id.id,
            self.amount_residual,
            currency_id=self.currency_id.id,
        )
        return bool(providers)

    def _kbs_get_online_url(self):
        """Return where Odoo takes the online payment of this invoice, or False.

        Odoo pays by the token of the invoice, even for who is logged in.
        """
        if not self._kbs_is_paid_online():
            return False
        return self.get_portal_url(query_string="&payment=True")

    def _prepare_portal_invoice(self):
        """Return one invoice as plain values, with sudo."""
        self.ensure_one()
        today, due = self.company_id._kbs_today(), self.invoice_date_due
        is_open = self._kbs_is_open()
        return {
            "id": self.id,
            "name": self.name,
            "url": f"/my/invoices/{self.id}",
            "pay_url": is_open
            and self.move_type == "out_invoice"
            and f"/my/support/pay/{self.id}",
            "date": format_date(self.env, self.invoice_date),
            "due": due and self._kbs_tell_due(due, due < today),
            "is_late": bool(is_open and due and due < today),
            "is_refund": self.move_type == "out_refund",
            "total": format_amount(self.env, self.amount_total, self.currency_id),
            "left": format_amount(self.env, self.amount_residual, self.currency_id),
            "is_paid": self.payment_state in ("paid", "in_payment"),
            "is_open": is_open,
        }

    def _kbs_tell_due(self, day, is_over):
        day = format_date(self.env, day)
        if is_over:
            return self.env._("it was due on %(date)s", date=day)
        return self.env._("due on %(date)s", date=day)

    # === PAYING BY A TRANSFER === #

    def _prepare_portal_wire(self):
        """Return what is typed into a payment order, row by row, with sudo.

        :return: list of dicts of ``key``, ``label``, ``text`` (to read) and ``copy``
            (to paste)
        """
        self.ensure_one()
        bank = self._kbs_get_bank()
        amount, purpose = f"{self.amount_residual:.2f}", self._kbs_get_purpose()
        rows = [
            ("receiver", self.env._("Receiver"), self._kbs_get_receiver(), None),
            ("code", self.env._("Receiver's code"), self._kbs_get_code(), None),
            ("iban", self.env._("Account (IBAN)"), bank.acc_number, bank._kbs_strip()),
            ("bank", self.env._("Bank"), bank.bank_id.name, None),
            (
                "amount",
                self.env._("Amount"),
                format_amount(self.env, self.amount_residual, self.currency_id),
                amount,
            ),
            ("purpose", self.env._("Purpose of payment"), purpose, None),
        ]
        return [
            {"key": key, "label": label, "text": text, "copy": copy or text}
            for key, label, text, copy in rows
            if text
        ]

    def _kbs_get_bank(self):
        """Return the account to pay to: the invoice's, else the company's first."""
        return self.partner_bank_id or self.company_id.partner_id.bank_ids[:1]

    def _kbs_get_receiver(self):
        bank = self._kbs_get_bank()
        return bank.acc_holder_name or self.company_id.name

    def _kbs_get_code(self):
        """Return the receiver's code (ЄДРПОУ), digits only, or an empty text."""
        code = self.company_id.company_registry or ""
        return "".join(x for x in code if x.isdigit())

    def _kbs_get_purpose(self):
        """Return the purpose of payment, in the language of the client."""
        env = self.with_context(lang=self.partner_id.lang or self.env.lang).env
        values = {"number": self.name, "date": format_date(env, self.invoice_date)}
        if self.currency_id.is_zero(self.amount_tax):
            return env._(
                "Payment of invoice No. %(number)s of %(date)s, without VAT", **values
            )
        return env._(
            "Payment of invoice No. %(number)s of %(date)s, VAT included", **values
        )

    # === PAYING BY A QR CODE === #

    def _kbs_get_qr_link(self):
        """Return the link of the payment QR, or False where there can be none.

        The National Bank's code pays hryvnias to a Ukrainian account.
        """
        self.ensure_one()
        company, bank = self.company_id, self._kbs_get_bank()
        if self.currency_id.name != "UAH" or not bank:
            return False
        payment = QrPayment(
            receiver=self._kbs_get_receiver(),
            iban=bank._kbs_strip(),
            code=self._kbs_get_code(),
            amount=round(self.amount_residual * 100),
            purpose=self._kbs_get_purpose(),
            created=fields.Datetime.context_timestamp(
                self.with_context(tz=company.kbs_tz), fields.Datetime.now()
            ),
            reference=self.name,
        )
        try:
            return build_link(payment, company.kbs_qr_format)
        except QrError:
            return False


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    def _kbs_strip(self):
        """Return the number of the account without spaces, as banks want it."""
        return "".join((self.acc_number or "").split()).upper()
