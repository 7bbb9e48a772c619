from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.versions import version_key

BATCH = 1000
MAX_AT_ONCE = 5000  # clients: some seconds
CALLS = [
    ("never", "Never"),
    ("later", "If not downloaded in time"),
    ("now", "At once"),
]


class KbsNotice(models.Model):
    """Which clients are told: program × version × coverage × plan.

    Who of them, and by what, is ``kbs_notice_people``.
    """

    _inherit = "kbs.notice"

    coverage = fields.Selection(
        selection=[
            ("entitled", "Who may have the version"),
            ("covered", "Who is covered today"),
            ("former", "Whose support has ended"),
            ("everybody", "All who ever had support"),
            ("takers", "Who has downloaded or runs the version"),
        ],
        string="Whom to Tell",
        required=True,
        default="entitled",
    )
    former_days = fields.Integer(
        string="Ended within",
        default=180,
        help="Days since the end of support; for whose support has ended.",
    )
    below_version = fields.Char(
        compute="_compute_below_version",
        store=True,
        readonly=False,
        help="Only clients with a copy below this version, or of unknown version. "
        "Empty: whatever they run.",
    )
    edition_ids = fields.Many2many(
        comodel_name="kbs.edition",
        string="Only Editions",
        domain="[('software_id', '=', software_id)]",
    )
    plan_ids = fields.Many2many(comodel_name="kbs.plan", string="Only Plans")
    lang_ids = fields.Many2many(
        comodel_name="res.lang",
        string="Only Languages",
        help="Of the person who is told. Empty: all languages.",
    )
    role = fields.Selection(
        selection=lambda self: self.env["res.partner"]._fields["kbs_role"].selection,
        string="Person",
        help="Who of a client is told. Where nobody has this role, the one who is "
        "nearest to it: nobody is left out.",
    )
    is_self_starting = fields.Boolean(
        readonly=True,
        copy=False,
        help="Nobody has to look at the list: what was withdrawn is told at once.",
    )
    with_email = fields.Boolean(string="By Letter", default=True)
    with_web = fields.Boolean(string="By News on the Website", default=True)
    call_mode = fields.Selection(
        selection=CALLS,
        string="When to Call",
        required=True,
        default="later",
        help="Where the plan promises a call. A letter that comes back makes the call "
        "due at once.",
    )
    call_after_days = fields.Integer(
        string="In Time",
        default=lambda self: self.env.company.kbs_call_after_days,
        copy=False,
        help="Working days after the start.",
    )

    @api.depends("release_id", "kind")
    def _compute_below_version(self):
        """Who runs the version already need not be told of it."""
        for notice in self:
            is_new = notice.kind == "release"
            notice.below_version = is_new and notice.release_id.version

    @api.constrains("below_version")
    def _check_below_version(self):
        for notice in self.filtered("below_version"):
            self.env["kbs.version.mixin"]._clean_version(notice.below_version)

    def _get_fields_of_list(self):
        return super()._get_fields_of_list() | {
            "coverage",
            "former_days",
            "below_version",
            "edition_ids",
            "plan_ids",
            "lang_ids",
            "role",
            "with_email",
            "with_web",
            "call_mode",
        }

    # === THE LIST === #

    def _has_many_candidates(self):
        """Whether to look through all clients takes longer than a click may."""
        self.env.flush_all()
        [[count]] = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM (%s LIMIT %s) AS candidates",
                self._get_candidates_query(),
                MAX_AT_ONCE + 1,
            )
        )
        return count > MAX_AT_ONCE

    def _queue_list(self):
        self.with_delay(
            identity_key=f"kbs.notice-list-{self.id}",
            description=self.env._("List: %(name)s", name=self.name),
        )._job_prepare_list()

    def _job_prepare_list(self):
        """Make the list of a campaign that waits for it. Idempotent."""
        self.ensure_one()
        if self.state == "preparing":
            self._prepare_list()
            self.state = "ready"
            if self.is_self_starting:
                self._start_or_end()

    def _start_or_end(self):
        """Tell who is on the list; a campaign without anybody ends."""
        if self.contact_ids:
            self.action_start()
        else:
            self.action_cancel()

    def _prepare_list(self):
        """Make the rows of the campaign anew. With sudo, while nothing is sent."""
        for notice in self:
            notice.contact_ids.unlink()
            notice._fill_list()

    def _fill_list(self):
        """Make the rows, client by client in batches: memory stays flat."""
        notice = self.with_context(allowed_company_ids=self.company_id.ids)
        last_id = 0
        while clients := notice._get_next_clients(last_id):
            last_id = clients[-1].id
            supports = notice._get_supports(clients)
            chosen = notice._choose_clients(clients, supports)
            notice.env["kbs.notice.contact"].create(
                notice._prepare_rows(chosen, supports)
            )
            notice.env.flush_all()
            notice.env.invalidate_all()

    def _get_next_clients(self, last_id):
        """Return the next companies, by id, of which some may be on the list."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT client FROM (%(candidates)s) AS candidates
                    WHERE client > %(last_id)s ORDER BY client LIMIT %(limit)s""",
                candidates=self._get_candidates_query(),
                last_id=last_id,
                limit=BATCH,
            )
        )
        return self.env["res.partner"].browse([client for [client] in rows])

    def _get_candidates_query(self):
        """Return the query of all ``client`` ids that may be on the list at all."""
        if self.coverage == "takers":
            return SQL(
                """SELECT commercial_partner_id AS client FROM kbs_release_download
                    WHERE release_id = %(release)s AND started_at IS NOT NULL
                        AND reason != 'internal'
                    UNION ALL SELECT commercial_partner_id FROM kbs_installation
                    WHERE active AND company_id = %(company)s
                        AND software_id = %(software)s AND version_key = %(key)s""",
                release=self.release_id.id,
                company=self.company_id.id,
                software=self.software_id.id,
                key=self.release_id.version_key,
            )
        return SQL(
            """SELECT commercial_partner_id AS client FROM kbs_subscription
                WHERE company_id = %s AND date_start IS NOT NULL""",
            self.company_id.id,
        )

    # === WHICH CLIENTS === #

    def _get_supports(self, clients):
        """Return ``{client id: subscription}``: what runs, else what ended last."""
        found = self.env["kbs.subscription"].search_fetch(
            [
                ("commercial_partner_id", "in", clients.ids),
                ("company_id", "=", self.company_id.id),
                ("date_start", "!=", False),
            ],
            [
                "commercial_partner_id",
                "state",
                "date_end",
                "plan_id",
                "manager_id",
                "specialist_id",
            ],
        )
        best = found.sorted(lambda x: (x.state == "active", x.date_end, x.id))
        return {x.commercial_partner_id.id: x for x in best}

    def _choose_clients(self, clients, supports):
        """Return those of ``clients`` that the conditions ask for."""
        reaches = self.env["kbs.subscription"]._get_reach_sudo(clients)
        answers = self.release_id._get_entitlements_sudo(clients, reaches)
        fitting = self._get_fitting_by_copies(clients)
        return clients.filtered(
            lambda x: (
                (fitting is None or x.id in fitting)
                and (not self.plan_ids or self._has_plan(supports.get(x.id)))
                and self._is_wanted(answers[self.release_id, x], reaches[x])
            )
        )

    def _has_plan(self, subscription):
        return bool(subscription) and subscription.plan_id in self.plan_ids

    def _is_wanted(self, answer, reach_by_program):
        """Say whether coverage is as the campaign asks.

        :param Answer answer: whether the client may have the version
        :param reach_by_program: see :meth:`KbsSubscription._get_reach_sudo`
        """
        if self.coverage == "takers":
            return True
        subscriptions = self.env["kbs.subscription"]
        reach = subscriptions._get_program_reach(reach_by_program, self.software_id)
        if not reach:
            return False
        is_former = not reach.is_covered and not reach.is_paused
        since = self.company_id._kbs_today() - timedelta(days=self.former_days)
        return {
            "entitled": answer.is_allowed,
            "covered": reach.is_covered,
            "former": is_former and reach.until >= since,
            "everybody": True,
        }[self.coverage]

    def _get_fitting_by_copies(self, clients):
        """Return ids of the clients with a copy as the campaign asks; None for all.

        A client of whom no copy is on record is told: nothing speaks against it.
        """
        if not self.below_version and not self.edition_ids:
            return None
        copies = self.env["kbs.installation"]
        own = Domain(
            [
                ("commercial_partner_id", "in", clients.ids),
                ("software_id", "=", self.software_id.id),
                ("company_id", "=", self.company_id.id),
            ]
        )
        wanted = own
        if self.edition_ids:
            wanted &= Domain("edition_id", "in", [*self.edition_ids.ids, False])
        if self.below_version:
            key = version_key(self.below_version)
            wanted &= Domain("version_key", "<", key) | Domain(
                "version_key", "=", False
            )

        def ids(domain):
            rows = copies._read_group(domain, ["commercial_partner_id"])
            return {client.id for [client] in rows}

        return set(clients.ids) - ids(own) | ids(wanted)
