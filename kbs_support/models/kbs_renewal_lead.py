from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import clean_context, format_date

# A thousand renewals open in one night: nobody is told of each.
QUIET = {"tracking_disable": True, "mail_create_nosubscribe": True}
STEPS = {"none": "to_offer", "draft": "to_offer", "sent": "offered", "sale": "promised"}


class KbsRenewal(models.Model):
    """The opportunity that shows a renewal in the sales pipeline."""

    _inherit = "kbs.renewal"

    lead_ids = fields.One2many(
        comodel_name="crm.lead",
        inverse_name="kbs_renewal_id",
        string="Opportunities",
        context={"active_test": False},
        groups="sales_team.group_sale_salesman",
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Opportunity",
        compute="_compute_lead_id",
        compute_sudo=True,  # the same for everybody, also a colleague's
        groups="sales_team.group_sale_salesman",
    )

    @api.depends("lead_ids")
    def _compute_lead_id(self):
        for renewal in self:
            renewal.lead_id = renewal.lead_ids[:1]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        renewals = super().create(vals_list)
        renewals._create_leads_sudo()
        return renewals

    # === BUSINESS METHODS === #

    def _create_leads_sudo(self):
        """Give each renewal its opportunity.

        Sudo: renewals open in the nightly run, or for who may not write leads.
        """
        clean = self.env(context={**clean_context(self.env.context), **QUIET})
        leads = clean["crm.lead"].sudo()
        team = self._get_lead_team()
        leads.create([x._prepare_lead_values(team) for x in self.sudo()])

    def _prepare_lead_values(self, team):
        """Values that the renewal gives once; the rest follows (``crm_lead``)."""
        return {
            "name": self._get_lead_name(),
            "type": "opportunity",
            "kbs_renewal_id": self.id,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "team_id": team.id,
            "user_id": self._get_lead_user().id,
            "kbs_plan_id": self.period_id.plan_id.id,
            "kbs_term_id": self.period_id.term_id.id,
        }

    @api.model
    def _get_lead_team(self):
        """Return the sales team whose pipeline the renewals are in, or none."""
        team = self.env.ref(
            "kbs_support.crm_team_kbs_renewal", raise_if_not_found=False
        )
        return team or self.env["crm.team"]

    def _get_lead_user(self):
        """Return who looks after the renewal: the manager, if he works there."""
        return self.subscription_id._get_working_manager()

    def _get_lead_name(self):
        """Name of the opportunity, in the language of who looks after it."""
        company = self.company_id
        lang = self._get_lead_user().lang or company.partner_id.lang or self.env.lang
        return self.with_context(lang=lang).env._(
            "Renewal: %(client)s until %(date)s",
            client=self.partner_id.name or "",
            date=format_date(self.env, self.ends_on, lang_code=lang),
        )

    def _get_step(self):
        """Return how far the renewal is, a value of ``crm.lead.kbs_step``."""
        self.ensure_one()
        if self.state != "open":
            return self.state
        return STEPS.get(self.offer_state, "to_offer")

    def _refuse(self, reason):
        """Note that clients do not renew.

        :param reason: ``kbs.close.reason``
        :raise UserError: a renewal is paid, or refused already
        """
        if closed := self.filtered(lambda x: x.state != "open"):
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The renewal of %(client)s does not run any more: %(state)s.",
                    client=closed[0].partner_id.name,
                    state=labels[closed[0].state],
                )
            )
        self._lose(reason)

    def _take_refusal_back(self):
        """Let refused renewals run again.

        :raise UserError: there is nothing to take back, or the client leaves
        """
        if leaving := self.filtered("subscription_id.leaving_since"):
            raise UserError(
                self.env._(
                    "The client %(client)s leaves at the end. Take the leaving back on "
                    "the subscription %(number)s first.",
                    client=leaving[0].partner_id.name,
                    number=leaving[0].subscription_id.name,
                )
            )
        if closed := self.filtered(lambda x: x.state != "lost"):
            raise UserError(
                self.env._(
                    "The client %(client)s did not refuse: there is nothing to renew.",
                    client=closed[0].partner_id.name,
                )
            )
        self._reopen()
