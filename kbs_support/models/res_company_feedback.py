from odoo import api, fields, models


class ResCompany(models.Model):
    """Settings of proposals and complaints, and their numbers."""

    _inherit = "res.company"

    kbs_complaint_days = fields.Integer(
        string="Complaints Are Answered Within",
        default=30,
        help="Calendar days from the day on which the complaint came. The law “On "
        "citizens' appeals” (article 20) allows a month at most, and 15 days for what "
        "needs no further study. A last day on a weekend is not moved. Complaints that "
        "are here already keep their term.",
    )
    kbs_complaint_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Complaints Are Watched by",
        domain="[('share', '=', False)]",
        help="Is assigned new complaints from the portal, and warned when a term ends. "
        "Empty: all leads are warned.",
    )
    kbs_tell_voters = fields.Boolean(
        string="Tell Voters",
        default=True,
        help="Who has voted for a proposal gets a short letter when it is planned, "
        "done or declined. Its author is told in any case.",
    )

    _kbs_complaint_days_positive = models.Constraint(
        "CHECK (kbs_complaint_days > 0)",
        "The term of an answer to complaints must be at least one day.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._kbs_add_feedback_sequences_sudo()
        return companies

    @api.model
    def _kbs_add_all_feedback_sequences(self):
        """Give every company that is there already its own numbers (data file)."""
        # pylint: disable-next=no-search-all
        self.search([])._kbs_add_feedback_sequences_sudo()

    def _kbs_add_feedback_sequences_sudo(self):
        """Give each of these companies its own numbers of feedback, once.

        Sudo: whoever may create a company does not keep sequences.
        """
        Sequence = self.env["ir.sequence"].sudo()
        found = Sequence.search(
            [("code", "=", "kbs.feedback"), ("company_id", "in", self.ids)]
        )
        Sequence.create(
            [
                {
                    "name": "Proposals and complaints",
                    "code": "kbs.feedback",
                    "prefix": "FB-",
                    "padding": 6,
                    "company_id": company.id,
                }
                for company in self - found.company_id
            ]
        )

    def _kbs_get_complaint_leads(self):
        """Return the users who are warned when the term of a complaint ends."""
        self.ensure_one()
        if self.kbs_complaint_user_id.active:
            return self.kbs_complaint_user_id
        group = self.env.ref("kbs_support.group_kbs_lead")
        users = self.env["res.users"].sudo()  # the job knows its people
        return users.search(
            [("all_group_ids", "in", group.ids), ("company_ids", "in", self.ids)]
        )
