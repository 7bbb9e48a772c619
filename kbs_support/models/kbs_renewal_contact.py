from odoo import fields, models
from odoo.exceptions import AccessError


class KbsRenewal(models.Model):
    """What came of talking to the client: the last word, and when."""

    _inherit = "kbs.renewal"

    contact_state = fields.Selection(
        selection=[
            ("none", "Not contacted"),
            ("reminded", "Reminded"),
            ("no_answer", "Not reached"),
            ("called", "Talked to"),
            ("promised", "Promised to renew"),
        ],
        default="none",
        required=True,
        readonly=True,
        index=True,
    )
    contacted_on = fields.Date(string="Last Contact", readonly=True)
    manager_id = fields.Many2one(
        related="subscription_id.manager_id", store=True, index="btree_not_null"
    )

    # === ACTIONS === #

    def action_called(self):
        self._note_answer("called")

    def action_promised(self):
        self._note_answer("promised")

    def action_no_answer(self):
        self._note_answer("no_answer")

    # === BUSINESS METHODS === #

    def _note_answer(self, state):
        """Keep what a person says about the client.

        :raise AccessError: the user neither sells nor supports
        """
        self.check_access("read")
        groups = "kbs_support.group_kbs_agent,sales_team.group_sale_salesman"
        if not self.env.user.has_groups(groups):
            raise AccessError(
                self.env._("Only specialists and salespeople note talks with clients.")
            )
        # Sudo: a renewal is kept by the system, people only read it.
        self.sudo()._note_contact(state)

    def _note_contact(self, state):
        for company, renewals in self.grouped("company_id").items():
            renewals.write(
                {"contact_state": state, "contacted_on": company._kbs_today()}
            )

    def _note_reminded(self):
        """A letter is the weakest contact: it hides none that a person had."""
        self.filtered(lambda x: x.contact_state == "none")._note_contact("reminded")

    def _note_called(self):
        """A call was made: weaker than a promise."""
        self.filtered(lambda x: x.contact_state != "promised")._note_contact("called")
