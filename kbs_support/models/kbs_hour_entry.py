from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.coverage import month_end
from ..tools.wording import format_minutes


class KbsHourEntry(models.Model):
    """The ledger of minutes: what a client was given, and what was drawn (E2, E3).

    A source (a grant of one service month, bought hours, a correction in favour of the
    client) has a validity and what is left of it. What is taken, or taken back, is an
    entry that belongs to its source and shares its validity, so the balance of a day is
    one sum. Entries are made by business methods and never changed: PostgreSQL refuses
    to draw more than is left.
    """

    _name = "kbs.hour.entry"
    _description = "Entry of Hours"
    _order = "date desc, id desc"
    _rec_name = "kind"

    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="subscription_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(related="subscription_id.partner_id")
    kind = fields.Selection(
        selection=[
            ("grant", "Included in the plan"),
            ("pack", "Bought"),
            ("use", "Used"),
            ("correction", "Correction"),
        ],
        string="Kind of Entry",
        required=True,
    )
    minutes = fields.Integer(
        required=True, help="Positive: given to the client. Negative: taken."
    )
    date = fields.Date(
        required=True, help="Local day: of the work, of the payment, of the correction."
    )
    valid_from = fields.Date(
        compute="_compute_validity",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        recursive=True,
    )
    valid_to = fields.Date(
        string="Lapses after",
        compute="_compute_validity",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        recursive=True,
    )
    valid_months = fields.Integer(
        help="Of bought hours: months that they last at least."
    )

    # === A SOURCE, AND WHAT WAS TAKEN FROM IT === #
    source_id = fields.Many2one(
        comodel_name="kbs.hour.entry",
        string="Of",
        index="btree_not_null",
        ondelete="restrict",
        help="What this entry belongs to; empty for what was given.",
    )
    entry_ids = fields.One2many(
        comodel_name="kbs.hour.entry", inverse_name="source_id", string="Drawn"
    )
    left_minutes = fields.Integer(
        string="Left",
        compute="_compute_left_minutes",
        store=True,
        help="Minutes of this source that nobody has used; 0 for what belongs to one.",
    )

    # === WHERE IT COMES FROM === #
    period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        index="btree_not_null",
        ondelete="restrict",
    )
    month_number = fields.Integer(help="Service month since the start of the chain.")
    sale_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        string="Order Line",
        index="btree_not_null",
        ondelete="restrict",
    )
    timesheet_id = fields.Many2one(
        comodel_name="account.analytic.line",
        string="Work",
        index="btree_not_null",
        ondelete="set null",
    )
    reason = fields.Char()
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Entered by",
        required=True,
        default=lambda self: self.env.user,
    )

    _balance_index = models.Index("(subscription_id, valid_to)")
    _left_index = models.Index(
        "(subscription_id, valid_to) WHERE source_id IS NULL AND left_minutes > 0"
    )
    _something = models.Constraint(
        "CHECK (minutes != 0)", "An entry of no minutes says nothing."
    )
    _validity_in_order = models.Constraint(
        "CHECK (valid_from <= valid_to)", "Hours cannot lapse before they are valid."
    )
    _not_overdrawn = models.Constraint(
        "CHECK (left_minutes >= 0)", "Nobody can use more hours than there are."
    )
    _source_gives = models.Constraint(
        "CHECK (source_id IS NOT NULL OR minutes > 0)", "What is given is positive."
    )
    _grant_unique = models.UniqueIndex(
        "(period_id, month_number) WHERE kind = 'grant' AND source_id IS NULL",
        "The hours of this service month were already given.",
    )
    _pack_unique = models.UniqueIndex(
        "(sale_line_id) WHERE kind = 'pack' AND source_id IS NULL",
        "The hours of this order line were already given.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "source_id.valid_from",
        "source_id.valid_to",
        "valid_months",
        "subscription_id.date_end",
    )
    def _compute_validity(self):
        """What belongs to a source lapses with it; bought hours not before support."""
        for entry in self:
            valid_from, valid_to = entry.valid_from, entry.valid_to
            if source := entry.source_id:
                valid_from, valid_to = source.valid_from, source.valid_to
            elif entry.valid_months:
                ends = [month_end(valid_from, entry.valid_months)]
                ends += filter(None, [entry.subscription_id.date_end])
                valid_to = max(ends)
            entry.valid_from, entry.valid_to = valid_from, valid_to

    @api.depends("minutes", "source_id", "entry_ids.minutes")
    def _compute_left_minutes(self):
        for entry in self:
            taken = sum(entry.entry_ids.mapped("minutes"))
            entry.left_minutes = 0 if entry.source_id else entry.minutes + taken

    # === CRUD METHODS === #

    def write(self, vals):
        """Nobody rewrites the ledger.

        :raise AccessError: always, but for business methods in sudo
        """
        if not self.env.su:
            raise AccessError(
                self.env._("Entries of hours stay as they are. Make a correction.")
            )
        return super().write(vals)

    # === BALANCE === #

    @api.model
    def _get_valid_domain(self, subscriptions, day):
        """Domain of all entries that count on the local date ``day``."""
        return Domain(
            [
                ("subscription_id", "in", subscriptions.ids),
                ("valid_from", "<=", day),
                ("valid_to", ">=", day),
            ]
        )

    @api.model
    def _give_due(self):
        """Let payments of this transaction give their hours before somebody counts."""
        self.env["kbs.subscription"].flush_model(["state"])
        self.env["sale.order.line"].flush_model(["kbs_paid_minutes"])

    @api.model
    def _get_balances(self, subscriptions, day):
        """Return the minutes left on the local date ``day``, by one query.

        :return: ``{subscription: minutes}`` with a number for each
        """
        self._give_due()
        sums = dict(
            self.sudo()._read_group(
                self._get_valid_domain(subscriptions, day),
                ["subscription_id"],
                ["minutes:sum"],
            )
        )
        return {x: sums.get(x.sudo(), 0) for x in subscriptions}

    # === ITS PARTS === #

    def _tell_source(self, minutes):
        """Say how many ``minutes`` of what these are: "Hours of the plan …: 50 min"."""
        self.ensure_one()
        texts = {
            "grant": self.env._("Included until %(date)s: %(minutes)s"),
            "pack": self.env._("Bought hours: %(minutes)s"),
            "correction": self.env._("Correction: %(minutes)s"),
        }
        return texts[self.kind] % {
            "date": format_date(self.env, self.valid_to),
            "minutes": format_minutes(self.env, minutes),
        }

    def _prepare_part(self, minutes, **values):
        """Values of an entry of ``minutes`` that belongs to this source."""
        self.ensure_one()
        return {
            "subscription_id": self.subscription_id.id,
            "source_id": self.id,
            "kind": self.kind,
            "minutes": minutes,
            **values,
        }
