from babel.numbers import format_decimal

from odoo import api, models
from odoo.tools import format_date
from odoo.tools.misc import babel_locale_parse, get_lang

NO_BREAK, MINUS = "\u00a0", "\u2212"


class KbsDocument(models.AbstractModel):
    """How our documents write days and money, and whom they name.

    Documents are plain values, in the language of ``env``; one page prints them all
    (``report/kbs_document_templates.xml``). A document is a dict of

    - ``title``, ``city`` and ``day``: texts
    - ``intro``, ``outro``: lists of paragraphs
    - ``columns``: ``(label, is_number)``; ``rows``: lists of texts
    - ``totals``, ``codes``: ``(label, text)``
    - ``words``: the amount in words
    - ``company``, ``client``: see :meth:`_prepare_party`
    - ``sections``: ``(title, paragraphs)``
    - ``qr``: address of a picture; ``is_signed``: whether both sign
    """

    _name = "kbs.document"
    _description = "Document for Clients"

    @api.model
    def _prepare(self, company, client, **values):
        """Return a document of ``company`` for ``client``, empty but for ``values``."""
        empty = dict.fromkeys(
            ("intro", "columns", "rows", "totals", "outro", "codes", "sections"), []
        )
        return {
            **empty,
            **dict.fromkeys(("words", "qr", "day", "is_signed"), False),
            "city": company.city,
            "company": self._prepare_party(company.partner_id, company),
            "client": self._prepare_party(client),
            **values,
        }

    # === TYPOGRAPHY === #

    @api.model
    def _write_day(self, day):
        """Return a date in words: "14 травня 2026 р.", never torn apart."""
        text = format_date(self.env, day, date_format="long") if day else ""
        return text.replace(" ", NO_BREAK)

    @api.model
    def _write_money(self, amount):
        """Return an amount as documents have it: "6 900,00", never torn apart."""
        locale = babel_locale_parse(get_lang(self.env).code)
        text = format_decimal(amount, format="#,##0.00", locale=locale)
        return text.replace(" ", NO_BREAK).replace("-", MINUS)

    @api.model
    def _write_words(self, amount, currency):
        """Return an amount in words, less than nothing as well."""
        words = currency.with_env(self.env).amount_to_text(abs(amount))
        words = words.replace("'", "\u2019")  # the apostrophe of typography
        if amount >= 0:
            return words
        words = words[:1].lower() + words[1:]
        return self.env._("Minus %(words)s", words=words)

    @api.model
    def _write_tax(self, tax):
        """Return the row of totals that says which tax is included."""
        if not tax:
            return (self.env._("Without VAT"), "—")
        return (self.env._("VAT included"), self._write_money(tax))

    # === WHO === #

    @api.model
    def _prepare_party(self, partner, company=None):
        """Return who a party of the document is.

        :param company: where the party is ourselves
        :return: dict of ``name``, ``details`` (texts, line by line) and ``logo``
        """
        bank = partner.bank_ids[:1]
        account = bank.acc_number
        if not company:
            account = partner.kbs_treasury_account or account
        env = self.env
        rows = [
            (env._("EDRPOU code"), partner.company_registry),
            (env._("Tax number"), partner.vat),
            (env._("Address"), self._write_address(partner)),
            (env._("Account (IBAN)"), account),
            (env._("Bank"), not partner.kbs_treasury_account and bank.bank_id.name),
            (env._("Phone"), partner.phone),
            (env._("E-mail"), partner.email),
        ]
        return {
            "name": partner.name,
            "details": [f"{label}: {text}" for label, text in rows if text],
            "logo": company and company.logo,
        }

    @api.model
    def _write_address(self, partner):
        """Return the address of ``partner`` on one line, without the country."""
        parts = [partner.zip, partner.state_id.name, partner.city]
        parts += [partner.street, partner.street2]
        return ", ".join(x for x in parts if x)

    @api.model
    def _prepare_codes(self, client):
        """Return the codes that the client's documents must name: ``(label, text)``."""
        client = client.commercial_partner_id
        rows = [
            (self.env._("KEKV"), client.kbs_kekv),
            (self.env._("Code of DK 021:2015"), client.kbs_dk_021),
            (self.env._("Procurement in Prozorro"), client.kbs_prozorro),
        ]
        return [row for row in rows if row[1]]


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _kbs_get_document_lang(self):
        """Return the language of documents for this client."""
        return self.lang or self.env.lang
