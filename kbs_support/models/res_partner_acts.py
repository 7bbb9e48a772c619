from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import budget_codes
from .res_company_acts import FREQUENCIES


class ResPartner(models.Model):
    """What was agreed with a client about acts, and what his documents must name."""

    _inherit = "res.partner"

    kbs_act_frequency = fields.Selection(
        selection=FREQUENCIES,
        string="Acts",
        help="Empty: as the company has set for all clients.",
    )
    kbs_act_silence_days = fields.Integer(
        string="Accepted by Silence after",
        help="Days after its issue when an unsigned act counts as accepted, if the "
        "contract says so. 0: never.",
    )
    kbs_kekv = fields.Char(string="KEKV", help="Four digits, for example 2240.")
    kbs_dk_021 = fields.Char(
        string="DK 021", help="Code of the subject of procurement, as 72250000-2."
    )
    kbs_prozorro = fields.Char(
        string="Prozorro Number",
        help="Of the procurement or its contract, as UA-2026-05-14-000123-a.",
    )
    kbs_treasury_account = fields.Char(
        string="Treasury Account", help="IBAN of the client's account in the Treasury."
    )

    _kbs_silence_not_negative = models.Constraint(
        "CHECK (kbs_act_silence_days >= 0)",
        "Days of silence cannot be negative.",
    )

    @api.constrains("kbs_kekv", "kbs_dk_021", "kbs_prozorro", "kbs_treasury_account")
    def _check_kbs_codes(self):
        checks = {
            "kbs_kekv": budget_codes.is_kekv,
            "kbs_dk_021": budget_codes.is_dk_021,
            "kbs_prozorro": budget_codes.is_prozorro,
            "kbs_treasury_account": budget_codes.is_ukrainian_iban,
        }
        for partner in self:
            for name, is_right in checks.items():
                if partner[name] and not is_right(partner[name].strip()):
                    raise ValidationError(partner._explain_kbs_code(name))

    def _explain_kbs_code(self, name):
        field = self.fields_get([name], ["string", "help"])[name]
        return self.env._(
            "%(field)s of %(client)s: “%(value)s” is none. %(help)s",
            field=field["string"],
            client=self.display_name,
            value=self[name],
            help=field["help"],
        )

    @api.model
    def _commercial_fields(self):
        # EXTENDS base: contacts have the agreements of their company.
        return [
            *super()._commercial_fields(),
            *("kbs_act_frequency", "kbs_act_silence_days"),
            *("kbs_kekv", "kbs_dk_021", "kbs_prozorro", "kbs_treasury_account"),
        ]
