# A compute returns nothing, and so does its extension.
# pylint: disable=missing-return
from odoo import api, fields, models
from odoo.fields import Domain


class CrmLead(models.Model):
    """The opportunity of a renewal: shows it in the pipeline, decides nothing.

    The renewal owns the facts (S3). Whatever follows from it is a computed field, so
    the opportunity moves with payments, offers and pauses, one or a thousand at once,
    and again gives the same. What people may do to it is in ``crm_lead_pipeline``.
    """

    _inherit = "crm.lead"

    kbs_renewal_id = fields.Many2one(
        comodel_name="kbs.renewal",
        string="Renewal",
        readonly=True,
        copy=False,
        ondelete="cascade",
    )
    kbs_step = fields.Selection(
        selection=[
            ("to_offer", "No offer, or not sent yet"),
            ("offered", "The offer is sent"),
            ("promised", "Ordered, waits for payment"),
            ("won", "Renewed"),
            ("lost", "Refused"),
            ("void", "Nothing to renew"),
        ],
        string="Step of the Renewal",
        compute="_compute_stage_id",
        store=True,
        copy=False,
        help="What the renewal said last: the stage moves when this changes.",
    )
    kbs_subscription_id = fields.Many2one(
        related="kbs_renewal_id.subscription_id", string="Subscription"
    )
    kbs_offer_state = fields.Selection(
        related="kbs_renewal_id.offer_state", string="Offer"
    )

    # === WHAT FOLLOWS FROM THE RENEWAL === #
    active = fields.Boolean(compute="_compute_active", store=True, readonly=False)
    partner_id = fields.Many2one(
        compute="_compute_partner_id", store=True, readonly=False
    )
    date_closed = fields.Datetime(compute="_compute_date_closed", store=True)
    date_deadline = fields.Date(
        compute="_compute_date_deadline", store=True, readonly=False
    )
    expected_revenue = fields.Monetary(
        compute="_compute_expected_revenue", store=True, readonly=False, default=None
    )
    lost_reason_id = fields.Many2one(
        compute="_compute_lost_reason_id", store=True, readonly=False
    )

    _kbs_renewal_unique = models.UniqueIndex(
        "(kbs_renewal_id) WHERE kbs_renewal_id IS NOT NULL",
        "This renewal already has an opportunity.",
    )

    # === COMPUTE METHODS === #

    @api.depends("kbs_renewal_id.state", "kbs_renewal_id.offer_state")
    def _compute_stage_id(self):
        """Move a renewal when its step changes; until then a person may sort it."""
        renewals = self.filtered("kbs_renewal_id")
        super(CrmLead, self - renewals)._compute_stage_id()
        (self - renewals).kbs_step = False
        stages = renewals._kbs_get_stages()
        for lead in renewals:
            step = lead.kbs_renewal_id._get_step()
            stage = stages.get((lead.team_id, step)) or lead.stage_id
            is_moved = step != lead.kbs_step or not lead.stage_id
            lead.stage_id = stage if is_moved else lead.stage_id
            lead.kbs_step = step

    def _kbs_get_stages(self):
        """Return ``{(team, step): stage}``, a team's own stage before a shared one."""
        if not self:
            return {}
        stages = self.env["crm.stage"].search(
            (
                Domain("team_ids", "=", False)
                | Domain("team_ids", "in", self.team_id.ids)
            )
            & (Domain("kbs_step", "!=", False) | Domain("is_won", "=", True))
        )
        found = {}
        for team in {lead.team_id for lead in self}:
            for stage in stages.sorted(lambda x: not x.team_ids):
                if not stage.team_ids or team in stage.team_ids:
                    step = "won" if stage.is_won else stage.kbs_step
                    found.setdefault((team, step), stage)
        return found

    @api.depends("stage_id")
    def _compute_date_last_stage_update(self):
        super()._compute_date_last_stage_update()
        moved = self.filtered("kbs_renewal_id")
        moved.date_last_stage_update = self.env.cr.now()

    @api.depends("kbs_renewal_id.state")
    def _compute_probabilities(self):
        """A renewal is as probable as its stage says; Odoo's guess is for prospects."""
        renewals = self.filtered("kbs_renewal_id")
        super(CrmLead, self - renewals)._compute_probabilities()
        for lead in renewals:
            is_automated = lead.is_automated_probability
            figure = {"won": 100.0, "lost": 0.0}.get(lead.kbs_renewal_id.state)
            is_decided = figure is not None
            if not is_decided:
                figure = lead.stage_id.kbs_probability or lead.automated_probability
            lead.automated_probability = figure
            if is_automated or is_decided:
                lead.probability = figure

    @api.depends("kbs_renewal_id.state")
    def _compute_active(self):
        """Refused is lost; nothing to renew is put away and counts as neither."""
        for lead in self.filtered("kbs_renewal_id"):
            lead.active = lead.kbs_renewal_id.state in ("open", "won")

    @api.depends("kbs_renewal_id.partner_id")
    def _compute_partner_id(self):
        for lead in self:
            lead.partner_id = lead.kbs_renewal_id.partner_id or lead.partner_id

    @api.depends("kbs_renewal_id.state")
    def _compute_date_closed(self):
        for lead in self:
            renewal = lead.kbs_renewal_id
            if renewal and renewal.state == "open":
                lead.date_closed = False
            elif renewal:
                lead.date_closed = lead.date_closed or self.env.cr.now()
            else:
                lead.date_closed = lead.date_closed

    @api.depends("kbs_renewal_id.ends_on")
    def _compute_date_deadline(self):
        for lead in self:
            lead.date_deadline = lead.kbs_renewal_id.ends_on or lead.date_deadline

    @api.depends("kbs_renewal_id.amount_expected")
    def _compute_expected_revenue(self):
        for lead in self:
            renewal = lead.kbs_renewal_id
            revenue = renewal.amount_expected if renewal else lead.expected_revenue
            lead.expected_revenue = revenue or 0.0

    @api.depends("kbs_renewal_id.state", "kbs_renewal_id.close_reason_id")
    def _compute_lost_reason_id(self):
        for lead in self:
            renewal = lead.kbs_renewal_id
            if renewal:
                is_lost = renewal.state == "lost"
                reason = renewal.close_reason_id.lost_reason_id
                lead.lost_reason_id = is_lost and reason
            else:
                lead.lost_reason_id = lead.lost_reason_id

    @api.depends("kbs_renewal_id.ends_on", "kbs_renewal_id.partner_id")
    def _compute_name(self):
        super()._compute_name()
        for lead in self.filtered("kbs_renewal_id"):
            lead.name = lead.kbs_renewal_id._get_lead_name()

    def _compute_team_id(self):
        # A renewal stays in its pipeline, whoever looks after it.
        prospects = self.filtered(lambda x: not x.kbs_renewal_id)
        super(CrmLead, prospects)._compute_team_id()

    def _compute_company_id(self):
        renewals = self.filtered("kbs_renewal_id")
        super(CrmLead, self - renewals)._compute_company_id()
        for lead in renewals:
            lead.company_id = lead.kbs_renewal_id.company_id
