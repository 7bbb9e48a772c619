from odoo import api, fields, models

from ..tools.nbu_qr import QrError, QrPayment, build_link

METHOD = "kbs_nbu"
QR_SIZE = 480  # pixels
# A middle correction where the symbol stays within the versions that the NBU names.
MEDIUM_LENGTH = 660


class ResPartnerBank(models.Model):
    """The QR of the National Bank wherever Odoo offers the QR of a bank."""

    _inherit = "res.partner.bank"

    @api.model
    def _get_available_qr_methods(self):
        # EXTENDS account
        methods = super()._get_available_qr_methods()
        return [
            *methods,
            (METHOD, self.env._("QR of the National Bank of Ukraine"), 15),
        ]

    def _get_error_messages_for_qr(self, qr_method, debtor_partner, currency):
        # EXTENDS account
        if qr_method != METHOD:
            return super()._get_error_messages_for_qr(
                qr_method, debtor_partner, currency
            )
        if currency.name != "UAH" or not self._kbs_strip().startswith("UA"):
            return self.env._(
                "The National Bank's code pays hryvnias to a Ukrainian account."
            )
        return None

    def _check_for_qr_code_errors(
        self,
        qr_method,
        amount,
        currency,
        debtor_partner,
        free_communication,
        structured_communication,
    ):
        # EXTENDS account
        if qr_method != METHOD:
            return super()._check_for_qr_code_errors(
                qr_method,
                amount,
                currency,
                debtor_partner,
                free_communication,
                structured_communication,
            )
        try:
            self._kbs_build_qr(amount, free_communication, structured_communication)
        except QrError as error:
            return self._kbs_explain_qr_fault(str(error))
        return None

    def _kbs_explain_qr_fault(self, fault):
        faults = {
            "iban": self.env._("The account is no Ukrainian IBAN."),
            "code": self.env._("The receiver has no EDRPOU code of 8 or 10 digits."),
            "amount": self.env._("There is nothing to pay."),
        }
        return faults.get(fault) or self.env._("There is no purpose of the payment.")

    def _get_qr_vals(
        self,
        qr_method,
        amount,
        currency,
        debtor_partner,
        free_communication,
        structured_communication,
    ):
        # EXTENDS account
        if qr_method != METHOD:
            return super()._get_qr_vals(
                qr_method,
                amount,
                currency,
                debtor_partner,
                free_communication,
                structured_communication,
            )
        return self._kbs_build_qr(amount, free_communication, structured_communication)

    def _get_qr_code_generation_params(
        self,
        qr_method,
        amount,
        currency,
        debtor_partner,
        free_communication,
        structured_communication,
    ):
        # EXTENDS account
        if qr_method != METHOD:
            return super()._get_qr_code_generation_params(
                qr_method,
                amount,
                currency,
                debtor_partner,
                free_communication,
                structured_communication,
            )
        link = self._kbs_build_qr(amount, free_communication, structured_communication)
        return self._kbs_get_qr_params(link)

    @api.model
    def _kbs_get_qr_params(self, link):
        """Return how the code of ``link`` is drawn: with ₴ in the middle."""
        return {
            "barcode_type": "QR",
            "value": link,
            "width": QR_SIZE,
            "height": QR_SIZE,
            "mask": "kbs_hryvnia",
            "barLevel": "M" if len(link) <= MEDIUM_LENGTH else "L",
        }

    def _kbs_build_qr(self, amount, purpose, reference):
        """Return the link of a payment to this account.

        :param float amount: hryvnias
        :raise QrError: the code cannot be made
        """
        self.ensure_one()
        # Sudo: the company of the account, whoever pays.
        company = self.sudo().company_id or self.env.company
        owner = self.partner_id.commercial_partner_id
        code = owner.company_registry or ""
        payment = QrPayment(
            receiver=self.acc_holder_name or owner.name or "",
            iban=self._kbs_strip(),
            code="".join(x for x in code if x.isdigit()),
            amount=round(amount * 100),
            purpose=purpose or reference or "",
            created=fields.Datetime.context_timestamp(
                self.with_context(tz=company.kbs_tz), fields.Datetime.now()
            ),
            reference=reference or "",
        )
        return build_link(payment, company.kbs_qr_format)
