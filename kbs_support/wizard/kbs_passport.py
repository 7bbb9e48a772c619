from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.kbs_subscription_passport import PASSPORT_YEARS

REPORT = "kbs_support.kbs_passport_report"


class KbsPassport(models.TransientModel):
    """Passports of support for one calendar year, in one file."""

    _name = "kbs.passport"
    _description = "Support Passport of the Year"

    subscription_ids = fields.Many2many(
        comodel_name="kbs.subscription", string="Support", required=True
    )
    year = fields.Selection(
        selection="_get_years",
        required=True,
        default=lambda self: str(self.env.company._kbs_today().year),
        help="Of a year that is not over the passport tells up to today.",
    )
    sees_money = fields.Boolean(
        string="With Prices",
        default=True,
        help="Whether the passport tells what the periods have cost.",
    )
    note = fields.Char(string="Left Out", compute="_compute_note")

    @api.model
    def _get_years(self):
        this = self.env.company._kbs_today().year
        return [(str(x), str(x)) for x in range(this, this - PASSPORT_YEARS, -1)]

    @api.depends("year", "subscription_ids")
    def _compute_note(self):
        for passport in self:
            passport.note = passport.year and (
                passport.subscription_ids._get_passport_fault(int(passport.year))
            )

    def action_print(self):
        """Return the action that downloads the passports.

        Supports that were not served in the year are left out.

        :raise UserError: none was
        """
        self.ensure_one()
        year = int(self.year)
        if not self.subscription_ids.filtered(lambda x: x._has_passport(year)):
            raise UserError(
                self.subscription_ids._get_passport_fault(year)
                or self.env._("Choose the support to print.")
            )
        return self.env.ref(REPORT).report_action(self, config=False)

    def _prepare(self):
        """Return the passports as ``[(language, plain values)]``, as they are printed.

        Each is in the language of its client.
        """
        self.ensure_one()
        by_lang = self.subscription_ids.grouped(lambda x: x._get_document_lang())
        passports = {}
        for lang, supports in by_lang.items():
            for support, values in (
                supports.with_context(lang=lang)
                ._prepare_passports(int(self.year), self.sees_money)
                .items()
            ):
                passports[support.id] = (lang, values)
        return [passports[x] for x in self.subscription_ids.ids if x in passports]

    def _render_pdf_sudo(self):
        """Return the PDF; sudo: who may have it was checked before."""
        self.ensure_one()
        company = self.subscription_ids.company_id[:1]
        return self.env["ir.actions.report"]._kbs_print_sudo(REPORT, self, company)

    def _get_file_name(self):
        """Return the name of the file without its ending."""
        supports = self.subscription_ids
        if len(supports) != 1:
            return f"passports-{self.year}"
        return f"passport-{supports.name}-{self.year}".replace("/", "-")
