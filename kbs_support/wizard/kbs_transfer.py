from stdnum.exceptions import ValidationError as NumberError
from stdnum.ua import edrpou

from odoo import api, fields, models
from odoo.exceptions import UserError


class KbsTransfer(models.TransientModel):
    """Finds the successor of a client by its ЄДРПОУ code and passes support to it."""

    _name = "kbs.transfer"
    _description = "Transfer Support to a Successor"

    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription", required=True, readonly=True
    )
    company_id = fields.Many2one(related="subscription_id.company_id")
    old_partner_id = fields.Many2one(
        related="subscription_id.commercial_partner_id", string="Former Client"
    )
    is_all = fields.Boolean(
        string="All Subscriptions of the Client",
        help="Not only this one: all that are not closed.",
    )
    subscription_ids = fields.Many2many(
        comodel_name="kbs.subscription",
        string="What Passes",
        compute="_compute_subscription_ids",
    )

    # === THE SUCCESSOR === #
    code = fields.Char(
        string="ЄДРПОУ Code of the Successor",
        help="Eight digits; the last one is checked.",
    )
    code_error = fields.Char(compute="_compute_candidate_ids")
    candidate_ids = fields.Many2many(
        comodel_name="res.partner", compute="_compute_candidate_ids"
    )
    candidate_count = fields.Integer(compute="_compute_candidate_ids")
    successor_id = fields.Many2one(
        comodel_name="res.partner",
        compute="_compute_successor_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', candidate_ids)]",
    )
    name = fields.Char(
        string="Name of the New Company",
        help="No company has this code yet: it is created.",
    )

    # === THE GROUND === #
    date = fields.Date(
        string="Transferred on", compute="_compute_date", store=True, readonly=False
    )
    reason = fields.Text(
        string="Ground",
        required=True,
        help="Decision, order or deed that names the successor.",
    )
    document = fields.Binary(string="Scan")
    document_name = fields.Char(string="File Name")

    # === COMPUTE METHODS === #

    @api.depends("subscription_id", "is_all")
    def _compute_subscription_ids(self):
        for wizard in self:
            found = wizard.subscription_id
            if wizard.is_all:
                found |= found.search(
                    [
                        ("commercial_partner_id", "=", wizard.old_partner_id.id),
                        ("company_id", "=", wizard.company_id.id),
                        ("closed_on", "=", False),
                    ]
                )
            wizard.subscription_ids = found

    @api.depends("subscription_id")
    def _compute_date(self):
        for wizard in self:
            company = wizard.company_id or self.env.company
            wizard.date = company._kbs_today()

    @api.depends("code", "subscription_id")
    def _compute_candidate_ids(self):
        for wizard in self:
            wizard.candidate_ids = False
            wizard.code_error = False
            if wizard.code:
                try:
                    wizard.candidate_ids = wizard._find_companies()
                except UserError as error:
                    wizard.code_error = str(error)
            wizard.candidate_count = len(wizard.candidate_ids)

    @api.depends("candidate_ids")
    def _compute_successor_id(self):
        """One company has this code: it is the one; of several a person chooses."""
        for wizard in self:
            is_one = len(wizard.candidate_ids) == 1
            kept = wizard.successor_id & wizard.candidate_ids
            wizard.successor_id = wizard.candidate_ids if is_one else kept

    # === ACTIONS === #

    def action_transfer(self):
        """Pass support to the chosen company, or to a new one of this code.

        :raise UserError: the code is wrong, or no company is chosen
        """
        self.ensure_one()
        self.subscription_ids.check_access("write")
        self.subscription_ids._transfer(
            self._get_successor(),
            self.reason,
            date=self.date,
            document=self.document,
            document_name=self.document_name,
        )
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #

    def _get_code(self):
        """Return the code as eight digits.

        :raise UserError: it is none
        """
        try:
            return edrpou.validate(self.code or "")
        except NumberError as error:
            raise UserError(
                self.env._(
                    "%(code)s is no ЄДРПОУ code: it has eight digits, and the last "
                    "one has to fit the others.",
                    code=self.code or "—",
                )
            ) from error

    def _find_companies(self):
        """Return the other companies of this code that the seller may use."""
        code = self._get_code()
        companies = self.env["res.partner"].search(
            [
                ("company_registry", "=", code),
                ("is_company", "=", True),
                ("company_id", "in", [False, self.company_id.id]),
            ]
        )
        companies = companies.filtered(lambda x: x == x.commercial_partner_id)
        others = companies - self.old_partner_id
        if companies and not others:
            raise UserError(
                self.env._(
                    "This is the code of %(name)s itself. Enter the successor's code.",
                    name=self.old_partner_id.name,
                )
            )
        return others

    def _get_successor(self):
        companies = self._find_companies()
        if self.successor_id:
            if self.successor_id not in companies:
                raise UserError(
                    self.env._(
                        "%(name)s has another ЄДРПОУ code.", name=self.successor_id.name
                    )
                )
            return self.successor_id
        if companies:
            raise UserError(
                self.env._("Several companies have this code: choose the successor.")
            )
        return self._create_successor_sudo()

    def _create_successor_sudo(self):
        """Create the successor that is not in the contacts yet.

        Sudo: a lead has no right to create contacts, passing support needs one.
        """
        if not (self.name or "").strip():
            raise UserError(
                self.env._("No company has this code yet: enter its full name.")
            )
        partners = self.env["res.partner"].sudo()
        return partners.create(self._prepare_successor_values()).sudo(False)

    def _prepare_successor_values(self):
        old = self.old_partner_id
        return {
            "name": self.name.strip(),
            "is_company": True,
            "company_registry": self._get_code(),
            "country_id": self.env.ref("base.ua").id,
            "lang": old.lang,
            "tz": old.tz,
            "company_id": old.company_id.id,
        }
