from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.locking import lock_in_states
from .kbs_article import STATES

# What leads alone change in an article that readers see.
OPEN_STATES = ("draft", "review")


class KbsArticle(models.Model):
    """The way of an article to readers: draft, review, publication, archive.

    Specialists write, leads publish. What is published is changed by leads.
    """

    _inherit = "kbs.article"

    state = fields.Selection(
        selection=STATES,
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
        group_expand=True,
    )
    author_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
    )
    published_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False
    )
    published_at = fields.Datetime(readonly=True, copy=False)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_state_untouched(
                {k: v for k, v in vals.items() if v and v != "draft"}
            )
        return super().create(vals_list)

    def write(self, vals):
        """The state follows from buttons; what readers see is changed by leads.

        :raise AccessError: somebody else tries
        """
        self._check_state_untouched(vals)
        if vals and any(x.state not in OPEN_STATES for x in self):
            self._check_lead(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        if any(x.published_at for x in self):
            raise UserError(
                self.env._(
                    "Readers have seen this article, and its history is kept: archive "
                    "it instead."
                )
            )

    @api.model
    def _check_state_untouched(self, vals):
        names = {"state", "author_id", "published_by_id", "published_at"}
        if not self.env.su and names & set(vals):
            raise AccessError(
                self.env._("The state of an article is moved by its buttons.")
            )

    def _check_lead(self, vals=None):
        """:raise AccessError: the user is no lead and changes more than a talk."""
        # What the chatter writes by itself.
        if vals is not None and all(
            name.startswith(("message_", "activity_")) for name in vals
        ):
            return
        user = self.env.user
        if not self.env.su and not user.has_group("kbs_support.group_kbs_lead"):
            raise AccessError(self.env._("Only a lead decides about this."))

    # === ACTIONS === #

    def action_review(self):
        """Ask a lead to read the drafts."""
        self.check_access("write")
        self._check_ready()
        self._move_sudo("review", ("draft",))

    def action_draft(self):
        """Back to its author: what is not ready, or what shall be written anew."""
        self.check_access("write")
        if any(x.state not in OPEN_STATES for x in self):
            self._check_lead()
        self._move_sudo("draft", ("review", "archived"))

    def action_publish(self):
        """Give what was reviewed to its readers. Only leads may."""
        self.check_access("write")
        self._check_lead()
        self._check_ready()
        self._move_sudo("published", ("review",), published_by_id=self.env.uid)
        new = self.filtered(lambda x: not x.published_at)
        # sudo: nobody writes it by hand
        new.sudo().published_at = fields.Datetime.now()
        self._add_versions_sudo()

    def action_archive_article(self):
        """Take the article from its readers; it is kept."""
        self.check_access("write")
        self._check_lead()
        self._move_sudo("archived", ("published",))

    # === BUSINESS METHODS === #

    def _check_ready(self):
        """:raise UserError: with all that is missing."""
        for article in self:
            if faults := article._get_faults():
                raise UserError(
                    self.env._(
                        "%(article)s is not ready:\n%(faults)s",
                        article=article.name,
                        faults="\n".join(f"• {fault}" for fault in faults),
                    )
                )

    def _get_faults(self):
        """Return what is missing before it is read, as sentences."""
        faults = []
        if not self.summary:
            faults.append(self.env._("There is no summary for lists."))
        if not (self.body_text or "").strip():
            faults.append(self.env._("There is no text."))
        return faults

    def _move_sudo(self, state, allowed, **values):
        """Move to ``state`` what stands in one of ``allowed``; two clicks are one.

        Sudo: the state is written by buttons only.

        :raise UserError: one stands elsewhere
        """
        if elsewhere := lock_in_states(self, allowed):
            wrong, state_name = elsewhere
            raise UserError(
                self.env._(
                    "%(article)s is in the state “%(state)s”, so this cannot be done.",
                    article=wrong.name,
                    state=state_name,
                )
            )
        self.sudo().write({"state": state, **values})
