from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.locking import wait_for_others
from .kbs_feedback import OPEN_STATES


class KbsFeedbackVote(models.Model):
    """One person who wants a proposal. A person counts once, whatever he pays."""

    _name = "kbs.feedback.vote"
    _description = "Vote for a Proposal"
    _order = "id"
    _rec_name = "partner_id"

    feedback_id = fields.Many2one(
        comodel_name="kbs.feedback",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Client"
    )

    _once = models.UniqueIndex(
        "(feedback_id, partner_id)", "This person has voted already."
    )


class KbsFeedback(models.Model):
    """Votes: the author's by writing, those of others by a click or a ticket."""

    _inherit = "kbs.feedback"

    vote_ids = fields.One2many(
        comodel_name="kbs.feedback.vote",
        inverse_name="feedback_id",
        string="Votes",
        readonly=True,
    )
    vote_count = fields.Integer(
        string="Number of Votes",
        compute="_compute_vote_count",
        store=True,
        index=True,
        help="People, not companies: nobody's vote weighs more.",
    )

    @api.depends("vote_ids")
    def _compute_vote_count(self):
        counts = dict(
            self.env["kbs.feedback.vote"]
            .sudo()  # a number; who voted is read by specialists only
            ._read_group(
                [("feedback_id", "in", self.ids)], ["feedback_id"], ["__count"]
            )
        )
        for feedback in self:
            feedback.vote_count = counts.get(feedback._origin, 0)

    def _vote_of_authors_sudo(self):
        """Count the author of each proposal as its first voter."""
        self._vote_sudo({x: x.partner_id for x in self})

    def _vote_sudo(self, people):
        """Add votes; who has voted already counts no more for it.

        Sudo: people vote who may not write the proposal, portal clients first of all.
        A vote for what was joined is one for what it was joined with; only proposals
        are voted for. The row is locked, and the count changes it: of two clicks of
        one person at once the second finds the first.

        :param people: ``{feedback: partners}``
        """
        wanted = {}
        for feedback, partners in people.items():
            main = feedback.sudo()._get_main()
            if main.kind == "proposal" and partners:
                wanted[main] = wanted.get(main, partners.browse()) | partners
        proposals = self.sudo().browse().union(*wanted)
        wait_for_others(proposals)
        Vote = self.env["kbs.feedback.vote"].sudo()
        Vote.create(
            [
                {"feedback_id": proposal.id, "partner_id": partner.id}
                for proposal, partners in wanted.items()
                for partner in partners - proposal.vote_ids.partner_id
            ]
        )

    def _unvote_sudo(self, partner):
        """Take back the vote of ``partner``. What somebody wrote stays his vote.

        :raise UserError: the proposal is decided, or this is its author
        """
        self.ensure_one()
        wait_for_others(self)
        sudo = self.sudo()  # the vote is the person's own
        if sudo.state not in OPEN_STATES:
            raise UserError(self.env._("This proposal is decided already."))
        if partner in (sudo | sudo._get_joined()).partner_id:
            raise UserError(self.env._("You proposed this yourself."))
        sudo.vote_ids.filtered(lambda x: x.partner_id == partner).unlink()
