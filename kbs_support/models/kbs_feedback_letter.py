from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.batches import work_in_batches


class KbsFeedbackLetter(models.Model):
    """One person who is told of one change, and how that went.

    Made with the change itself; the database keeps one for a person and change, so
    nobody is told twice.
    """

    _name = "kbs.feedback.letter"
    _description = "Letter about Feedback"
    _order = "id"
    _rec_name = "partner_id"

    change_id = fields.Many2one(
        comodel_name="kbs.feedback.change",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    feedback_id = fields.Many2one(
        comodel_name="kbs.feedback",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        help="What this person wrote, or voted for.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    is_author = fields.Boolean(readonly=True)
    state = fields.Selection(
        selection=[
            ("due", "To be written"),
            ("queued", "Written"),
            ("no_address", "No e-mail address"),
            ("opted_out", "Wants no letters"),
        ],
        string="Letter",
        required=True,
        readonly=True,
        default="due",
    )
    # === WHAT THE LETTER SAYS, in the language of who reads it === #
    kind_name = fields.Char(compute="_compute_names", compute_sudo=True)
    state_name = fields.Char(compute="_compute_names", compute_sudo=True)
    url = fields.Char(compute="_compute_url", compute_sudo=True)

    _once = models.UniqueIndex(
        "(change_id, partner_id)", "This person is told of this change already."
    )
    _due_idx = models.Index("(id) WHERE state = 'due'")

    @api.depends("change_id.state", "feedback_id.kind")
    @api.depends_context("lang")
    def _compute_names(self):
        for letter in self:
            feedback, change = letter.feedback_id, letter.change_id
            letter.kind_name = feedback._get_kind_name()
            selection = change._fields["state"]._description_selection(self.env)
            letter.state_name = dict(selection)[change.state]

    @api.depends("feedback_id", "is_author", "partner_id.user_ids")
    def _compute_url(self):
        """Where the person sees more; only who has an account can go there."""
        base = self.browse().get_base_url()
        for letter in self:
            path = False
            if letter.partner_id.user_ids and letter.is_author:
                path = f"/my/feedback/{letter.feedback_id.id}"
            elif letter.partner_id.user_ids and letter.feedback_id.is_published:
                path = "/my/proposals"
            letter.url = path and base + path

    # === THE JOB === #

    @api.model
    def _cron_write_letters(self):
        """Put into the mail queue what is to be written, in batches.

        Triggered by every change. Rows that another worker has in hand are left to
        him, and what is written is not due any more: nobody gets two letters.
        """
        domain = Domain("state", "=", "due")
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))
        work_in_batches(self, domain, lambda x: x._write())

    def _write(self):
        """Queue the letters of who can be written to; note why others cannot."""
        people = self.partner_id
        deaf = people.filtered("is_blacklisted")
        mute = people.filtered(lambda x: not x.email_normalized)
        by_state = self.grouped(
            lambda x: (
                "no_address"
                if x.partner_id in mute
                else "opted_out"
                if x.partner_id in deaf
                else "queued"
            )
        )
        for state, letters in by_state.items():
            letters.state = state
        if written := by_state.get("queued"):
            written._queue_mails()

    def _queue_mails(self):
        for is_author, letters in self.grouped("is_author").items():
            name = "author" if is_author else "voter"
            template = self.env.ref(
                f"kbs_support.mail_template_kbs_feedback_{name}",
                raise_if_not_found=False,
            )
            # A company that deletes a template wants no such letters.
            if template:
                template.send_mail_batch(letters.ids)
