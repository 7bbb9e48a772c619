from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class KbsAct(models.Model):
    """An act of services rendered: what was done for the money, for both to sign.

    Made in batches from periods and billed work (``kbs_act_make.py``). A draft has no
    number and may be deleted; from its issue on an act stays as it is, and only a
    correction changes what it says.
    """

    _name = "kbs.act"
    _description = "Act of Services Rendered"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    # Whoever may read an act may write a note on it.
    _mail_post_access = "read"

    name = fields.Char(string="Number", readonly=True, copy=False)
    year = fields.Integer(readonly=True, copy=False, aggregator=False)
    kind = fields.Selection(
        selection=[
            ("service", "Support"),
            ("work", "Work over the plan only"),
            ("correction", "Correction"),
        ],
        required=True,
        default="service",
        readonly=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, readonly=True
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Support",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    date = fields.Date(
        string="Date of the Act",
        required=True,
        tracking=True,
        help="Its number belongs to the year of this date.",
    )
    date_start = fields.Date(string="From", required=True, readonly=True)
    date_end = fields.Date(string="Until", required=True, readonly=True)
    line_ids = fields.One2many(
        comodel_name="kbs.act.line", inverse_name="act_id", string="Services"
    )
    note = fields.Char(help="Printed under the services.")

    # === MONEY === #
    currency_id = fields.Many2one(
        comodel_name="res.currency", required=True, readonly=True
    )
    amount_total = fields.Monetary(
        string="Total",
        compute="_compute_amounts",
        store=True,
        help="With tax. A correction has the difference, which may be negative.",
    )
    amount_tax = fields.Monetary(
        string="Tax Included", compute="_compute_amounts", store=True
    )

    # === CORRECTION === #
    corrected_act_id = fields.Many2one(
        comodel_name="kbs.act",
        string="Corrects",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    correction_ids = fields.One2many(
        comodel_name="kbs.act", inverse_name="corrected_act_id", string="Corrections"
    )
    reason = fields.Char(string="Reason of the Correction", readonly=True, copy=False)

    _number_unique = models.UniqueIndex(
        "(company_id, year, name) WHERE name IS NOT NULL",
        "There is already an act of this number in that year.",
    )
    _has_number = models.Constraint(
        "CHECK ((name IS NULL) = (state = 'draft'))",
        "An act has a number from its issue on.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_start <= date_end)", "An act cannot end before it starts."
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (subscription_id WITH =,"
        " daterange(date_start, date_end, '[]') WITH &&)"
        " WHERE (kind = 'service' AND state != 'cancelled')",
        "A day of support cannot stand on two acts.",
    )
    _correction_has_reason = models.Constraint(
        "CHECK (kind != 'correction'"
        " OR (corrected_act_id IS NOT NULL AND reason IS NOT NULL))",
        "A correction says which act it corrects, and why.",
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids.amount", "line_ids.amount_tax")
    def _compute_amounts(self):
        for act in self:
            act.amount_total = sum(act.line_ids.mapped("amount"))
            act.amount_tax = sum(act.line_ids.mapped("amount_tax"))

    @api.depends("name")
    def _compute_display_name(self):
        for act in self:
            if act.name:
                act.display_name = act.env._("Act No. %(number)s", number=act.name)
            else:
                act.display_name = act.env._("Draft of an act")

    # === CRUD METHODS === #

    @api.model
    def _get_derived_fields(self):
        """Names of the fields that nobody writes by hand: making and states do."""
        return {
            *("name", "year", "kind", "company_id", "partner_id", "subscription_id"),
            *("date_start", "date_end", "line_ids", "currency_id", "amount_total"),
            *("amount_tax", "corrected_act_id", "correction_ids", "reason", "state"),
            *("issued_on", "signed_on", "accepted_on", "silent_on", "reminded_on"),
        }

    def write(self, vals):
        """Keep what was made from periods, and what was issued, as it is.

        :raise AccessError: a field is written that only business methods set
        :raise UserError: the date or the note of an act that was issued
        """
        derived = self._get_derived_fields() & set(vals)
        if derived and not self.env.su:
            labels = self.fields_get(derived, ["string"]).values()
            raise AccessError(
                self.env._(
                    "An act is made from periods and work; these cannot be written: "
                    "%(fields)s",
                    fields=", ".join(label["string"] for label in labels),
                )
            )
        if {"date", "note"} & set(vals):
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued(self):
        self._check_draft()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_followed(self):
        if later := self._get_later_acts()[:1]:
            raise UserError(
                self.env._(
                    "%(later)s of %(client)s follows. Delete the later drafts first: "
                    "the days of this one would stand on no act.",
                    later=later.display_name,
                    client=later.partner_id.name,
                )
            )

    def _get_later_acts(self):
        """Return other acts of support that tell days after these, the next first."""
        ends = {
            support: min(acts.mapped("date_end"))
            for support, acts in self.filtered(lambda x: x.kind == "service")
            .grouped("subscription_id")
            .items()
        }
        if not ends:
            return self.browse()
        found = self.search(
            [
                ("subscription_id", "in", [x.id for x in ends]),
                ("kind", "=", "service"),
                ("state", "!=", "cancelled"),
                ("date_start", ">", min(ends.values())),
                ("id", "not in", self.ids),
            ],
            order="date_start",
        )
        return found.filtered(lambda x: x.date_start > ends[x.subscription_id])

    def _check_draft(self):
        """What has a number stays: numbers have no gaps, clients have their copies.

        :raise UserError: one of these acts was issued
        """
        if issued := self.filtered("name")[:1]:
            raise UserError(
                self.env._(
                    "%(act)s was issued and cannot be changed or deleted. Make a "
                    "correction of it.",
                    act=issued.display_name,
                )
            )
