from odoo import api, fields, models
from odoo.fields import Domain

FOREVER = "9999-12-31 23:59:59"


class KbsBlackout(models.Model):
    """Hours in which nobody could work: no power, an air raid, no connection.

    Entered when they are known, often afterwards: open clocks of the regions
    concerned are counted anew, closed ones stay as they were.
    """

    _name = "kbs.blackout"
    _description = "Force Majeure"
    _order = "date_start desc, id desc"
    _rec_name = "kind"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(
        selection=[
            ("power", "Power outage"),
            ("raid", "Air raid"),
            ("network", "No connection"),
            ("other", "Other"),
        ],
        string="What Happened",
        required=True,
        default="power",
    )
    date_start = fields.Datetime(string="From", required=True)
    date_end = fields.Datetime(string="Until", help="Empty while it lasts.")
    region_ids = fields.Many2many(
        comodel_name="res.country.state",
        string="Regions",
        domain="[('country_id.code', '=', 'UA')]",
        help="Concerns tickets of clients in these regions; all tickets when our own "
        "region is among them. Empty: everywhere.",
    )
    note = fields.Char(
        help="Where it is known from: order, message of the authorities."
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Entered by",
        readonly=True,
        default=lambda self: self.env.user,
    )

    _in_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_start < date_end)",
        "Force majeure must end after it begins.",
    )
    _when_index = models.Index("(company_id, date_end)")

    # === COMPUTE METHODS === #

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for blackout in self:
            blackout.display_name = kinds.get(blackout.kind, "")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        blackouts = super().create(vals_list)
        blackouts._recount_clocks()
        return blackouts

    def write(self, vals):
        if not {"date_start", "date_end", "region_ids", "company_id"} & set(vals):
            return super().write(vals)
        # Counted when all is written: what it stopped before, and what it stops now.
        domains = self._get_concerned_domains()
        res = super().write(vals)
        self._recount_concerned(domains + self._get_concerned_domains())
        return res

    def unlink(self):
        domains = self._get_concerned_domains()
        res = super().unlink()
        self._recount_concerned(domains)
        return res

    # === BUSINESS METHODS === #

    def _recount_clocks(self):
        self._recount_concerned(self._get_concerned_domains())

    @api.model
    def _recount_concerned(self, domains):
        if domains:
            self.env["kbs.sla.target"]._request_recount(
                Domain.OR(domains), self.env._("Force majeure")
            )

    def _get_concerned_domains(self):
        """Return a domain of open clocks for each of these, regions left aside."""
        targets = self.env["kbs.sla.target"]
        return [
            Domain("company_id", "=", x.company_id.id)
            & targets._get_crossing_domain(x.date_start, x.date_end or FOREVER)
            for x in self
        ]

    @api.model
    def _get_since(self, companies, moment):
        """Return what may stop a clock that started at ``moment`` (UTC) or later."""
        return self.sudo().search(
            Domain("company_id", "in", companies.ids)
            & (Domain("date_end", "=", False) | Domain("date_end", ">", moment))
        )

    def _filter_concerning(self, ticket):
        """Return those of these that stop the clocks of ``ticket``."""
        client = ticket.partner_id.commercial_partner_id
        places = client.state_id | ticket.company_id.state_id
        return self.filtered(
            lambda x: (
                x.company_id == ticket.company_id
                and (not x.region_ids or x.region_ids & places)
            )
        )
