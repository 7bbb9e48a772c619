from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.words_domain import get_words_domain
from .kbs_feedback import OPEN_STATES


class KbsFeedback(models.Model):
    """Proposals that a lead shows to all clients, in words that name nobody."""

    _inherit = "kbs.feedback"

    is_published = fields.Boolean(
        string="Shown to All Clients",
        copy=False,
        tracking=True,
        help="Clients see the public title and text in the portal, and vote.",
    )
    public_title = fields.Char(copy=False, tracking=True)
    public_text = fields.Text(
        copy=False, help="Must not tell who the client is: all clients read it."
    )

    _published_is_proposal = models.Constraint(
        "CHECK (is_published IS NOT TRUE OR (kind = 'proposal'"
        " AND duplicate_of_id IS NULL AND public_title IS NOT NULL"
        " AND public_text IS NOT NULL))",
        "Only proposals are shown to all clients, with a public title and text.",
    )
    _published_idx = models.Index(
        "(company_id, vote_count DESC, id DESC) WHERE is_published IS TRUE"
    )

    @api.constrains("is_published", "public_title", "public_text")
    def _check_nobody_is_named(self):
        for feedback in self.filtered("is_published"):
            public = f"{feedback.public_title} {feedback.public_text}".casefold()
            people = feedback.partner_id | feedback.commercial_partner_id
            names = [x for p in people for x in (p.name, p.email, p.phone) if x]
            if named := [x for x in names if x.casefold() in public]:
                raise ValidationError(
                    self.env._(
                        "All clients will read this, and it names the author: %(name)s",
                        name=named[0],
                    )
                )

    def action_publish(self):
        """Show to all clients; the client's own words are only a proposal of words."""
        self.check_access("write")
        self._check_lead()
        for feedback in self:
            feedback.write(
                {
                    "is_published": True,
                    "public_title": feedback.public_title or feedback.title,
                    "public_text": feedback.public_text or feedback.text,
                }
            )

    def action_unpublish(self):
        self.check_access("write")
        self._check_lead()
        self._stop_publishing()

    def _stop_publishing(self):
        self.filtered("is_published").is_published = False

    # === WHAT CLIENTS SEE === #

    @api.model
    def _get_published_domain(self, company):
        return Domain("company_id", "=", company.id) & Domain("is_published", "=", True)

    @api.model
    def _get_public_list_domain(self, company, search=""):
        """Domain of the list of proposals: what has all words of ``search``."""
        return self._get_published_domain(company) & get_words_domain(
            search, ("public_title", "public_text")
        )

    @api.model
    def _get_public_page_sudo(
        self, domain, partner, limit, offset=0, order="vote_count desc, id desc"
    ):
        """Return published proposals as clients may see them, most wanted first.

        Sudo: clients may not read feedback; these values name nobody.

        :param domain: of :meth:`_get_public_list_domain`, and what narrows it
        :return: list of dicts: id, title, text, state, state_name, planned_for, votes,
            has_voted, is_own, is_open
        """
        found = self.sudo().search(domain, limit=limit, offset=offset, order=order)
        Vote = self.env["kbs.feedback.vote"].sudo()
        own = [("feedback_id", "in", found.ids), ("partner_id", "=", partner.id)]
        voted = Vote.search(own).feedback_id
        return [
            {
                "id": x.id,
                "title": x.public_title,
                "text": x.public_text,
                "state": x.state,
                "state_name": x._get_state_name(),
                "planned_for": x.planned_for,
                "votes": x.vote_count,
                "has_voted": x in voted,
                "is_own": partner in (x | x._get_joined()).partner_id,
                "is_open": x.state in OPEN_STATES,
            }
            for x in found
        ]

    @api.model
    def _get_votable_sudo(self, company, feedback_id):
        """Return the published proposal that is still open, else an empty record."""
        domain = self._get_published_domain(company)
        return self.sudo().search(
            domain & Domain("id", "=", feedback_id) & Domain("state", "in", OPEN_STATES)
        )
