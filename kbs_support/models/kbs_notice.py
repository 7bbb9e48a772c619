from odoo import api, fields, models
from odoo.exceptions import UserError

OPEN_STATES = ("draft", "preparing", "ready", "running", "paused")


class KbsNotice(models.Model):
    """A campaign: clients are told of a version, or that it was withdrawn.

    First the list of who is told how (``kbs_notice_audience``), then letters in waves
    (``kbs_notice_send``) and calls (``kbs_notice_call``). The list is the log: one row
    for a client and channel, kept by the database.
    """

    _name = "kbs.notice"
    _description = "Notice Campaign"
    _inherit = ["kbs.state.mixin", "mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
        copy=False,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
        help="Calls the clients that have neither a manager nor a specialist.",
    )
    kind = fields.Selection(
        selection=[("release", "New version"), ("withdrawal", "Withdrawn version")],
        string="About",
        required=True,
        default="release",
        readonly=True,
    )
    release_id = fields.Many2one(
        comodel_name="kbs.release",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('state', '=', 'published')]",
        tracking=True,
    )
    software_id = fields.Many2one(related="release_id.software_id")
    is_mandatory = fields.Boolean(related="release_id.is_mandatory")
    state = fields.Selection(
        selection=[
            ("draft", "Draft"),
            ("preparing", "List is being made"),
            ("ready", "List ready"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    is_urgent = fields.Boolean(
        string="Urgent",
        tracking=True,
        help="All letters at once without waves, ahead of other campaigns, and calls "
        "from the first minute.",
    )
    started_at = fields.Datetime(readonly=True, copy=False)
    ended_at = fields.Datetime(readonly=True, copy=False)
    trouble = fields.Char(
        readonly=True, copy=False, help="Why letters do not go out at the moment."
    )
    contact_ids = fields.One2many(
        comodel_name="kbs.notice.contact",
        inverse_name="notice_id",
        string="Who Is Told",
        readonly=True,
    )

    # === WAVES === #
    wave_size = fields.Integer(
        string="Letters in a Wave",
        default=lambda self: self.env.company.kbs_wave_size,
        copy=False,
    )
    wave_minutes = fields.Integer(
        string="Minutes between Waves",
        default=lambda self: self.env.company.kbs_wave_minutes,
        copy=False,
    )

    _one_running = models.UniqueIndex(
        "(release_id, kind, company_id) WHERE state NOT IN ('done', 'cancelled')",
        "There is already a campaign about this version. Finish or cancel it first.",
    )
    _waves_positive = models.Constraint(
        "CHECK (wave_size > 0 AND wave_minutes >= 0)",
        "A wave has at least one letter, and no time before the last one.",
    )

    # === COMPUTE METHODS === #

    @api.depends("release_id", "kind")
    def _compute_name(self):
        for notice in self:
            release = notice.release_id.display_name
            if notice.kind == "withdrawal":
                notice.name = release and self.env._(
                    "%(release)s: withdrawn", release=release
                )
            else:
                notice.name = release

    # === CRUD METHODS === #

    def write(self, vals):
        """Who is told is fixed with the list; the state follows from the buttons.

        :raise UserError: the list is made already
        :raise AccessError: somebody writes what methods set
        """
        if not self.env.su:
            fixed = self._get_fields_of_list() & set(vals)
            if fixed and self.filtered(lambda x: x.state != "draft"):
                raise UserError(
                    self.env._(
                        "The list is made by these conditions. Take the campaign back "
                        "to draft to change them."
                    )
                )
        return super().write(vals)

    @api.model
    def _get_moved_fields(self):
        names = {"started_at", "ended_at", "trouble", "kind"}
        return super()._get_moved_fields() | names

    @api.model
    def _get_fields_of_list(self):
        """Names of the fields that decide who is on the list."""
        return {"release_id", "company_id", "is_urgent"}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        if started := self.filtered("started_at"):
            raise UserError(
                self.env._(
                    "The campaign %(name)s was started and stays for the record.",
                    name=started[0].name,
                )
            )

    # === ACTIONS === #

    def action_prepare(self):
        """Make the list, to be looked at before anything is sent.

        Of many clients it is made in the background.
        """
        self._move_sudo("preparing", ("draft", "ready"))
        for notice in self.sudo():
            if notice._has_many_candidates():
                notice._queue_list()
            else:
                notice._job_prepare_list()

    def action_draft(self):
        """Throw the list away, to change the conditions."""
        self._move_sudo("draft", ("preparing", "ready"))
        self.sudo().contact_ids.unlink()

    def action_start(self):
        """Tell the clients. From here on the list only grows by what happens.

        :raise UserError: the list is empty, or the version is not published any more
        """
        self._move_sudo("running", ("ready",), started_at=fields.Datetime.now())
        for notice in self:
            notice._check_startable()
        self.sudo()._after_start()

    def action_pause(self):
        """Stop letters within seconds; calls leave the call lists."""
        self._move_sudo("paused", ("running",))

    def action_resume(self):
        self._move_sudo("running", ("paused",), trouble=False)
        self.sudo()._queue_wave()

    def action_cancel(self):
        """End the campaign: who is not told yet will not be."""
        self._move_sudo("cancelled", OPEN_STATES, ended_at=fields.Datetime.now())
        self.sudo()._withdraw_waiting()

    # === BUSINESS METHODS === #

    def _check_startable(self):
        wanted = "withdrawn" if self.kind == "withdrawal" else "published"
        if self.release_id.state != wanted:
            raise UserError(
                self.env._(
                    "%(release)s is not published, so nobody can be told of it.",
                    release=self.release_id.display_name,
                )
            )
        if not self.contact_ids.search_count([("notice_id", "=", self.id)], limit=1):
            raise UserError(self.env._("Nobody is on the list."))

    def _after_start(self):
        """Set the channels going: news are out, letters are queued, calls are due."""
        for notice in self:
            notice._publish_web_rows()
            notice._plan_calls()
        self._queue_wave()
        self._finish_if_over()

    def _withdraw_waiting(self):
        waiting = self.env["kbs.notice.contact"].search(
            [("notice_id", "in", self.ids), ("state", "=", "waiting")]
        )
        waiting.state = "cancelled"

    def _finish_if_over(self):
        """Close the running campaigns in which nobody waits any more."""
        running = self.filtered(lambda x: x.state == "running")
        waiting = self.env["kbs.notice.contact"]._read_group(
            [
                ("notice_id", "in", running.ids),
                ("state", "in", ("waiting", "sending")),
            ],
            ["notice_id"],
        )
        over = running - self.browse([notice.id for [notice] in waiting])
        over.write(
            {"state": "done", "ended_at": fields.Datetime.now(), "trouble": False}
        )
