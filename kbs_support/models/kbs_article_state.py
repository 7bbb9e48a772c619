from odoo import api, fields, models
from odoo.exceptions import UserError

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

    def write(self, vals):
        """The state follows from buttons; what readers see is changed by leads.

        :raise AccessError: somebody else tries
        """
        # The chatter writes by itself.
        is_talk = all(x.startswith(("message_", "activity_")) for x in vals)
        if not is_talk and any(x.state not in OPEN_STATES for x in self):
            self._check_lead()
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
    def _get_moved_fields(self):
        names = {"author_id", "published_by_id", "published_at"}
        return super()._get_moved_fields() | names

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

    def _get_faults(self):
        """Return what is missing before it is read, as sentences."""
        faults = []
        if not self.summary:
            faults.append(self.env._("There is no summary for lists."))
        if not (self.body_text or "").strip():
            faults.append(self.env._("There is no text."))
        return faults
