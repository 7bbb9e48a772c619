from odoo import api, fields, models
from odoo.tools import SQL


class KbsVersionMap(models.Model):
    """Which version each client runs, and what it lacks. One row is one copy.

    Owns no data: a query over the copies in use and the published versions. ``id`` is
    that of the copy. Days are local days of the company.
    """

    _name = "kbs.version.map"
    _description = "Version Map"
    _auto = False
    # Who is longest over the day by which a version is mandatory, stands first.
    _order = "mandatory_by, version_key, id"
    _rec_name = "installation_id"
    _depends = {
        "kbs.installation": [
            "active", "company_id", "commercial_partner_id", "software_id",
            "edition_id", "number", "subscription_id", "version", "version_key",
            "last_seen",
        ],
        "kbs.release": ["software_id", "state", "version_key", "mandatory_by"],
        "kbs.subscription": [
            "company_id", "commercial_partner_id", "state", "date_end", "manager_id",
            "specialist_id", "plan_id",
        ],
    }  # fmt: skip

    installation_id = fields.Many2one(
        comodel_name="kbs.installation", string="Copy", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    software_id = fields.Many2one(
        comodel_name="kbs.software", string="Program", readonly=True
    )
    edition_id = fields.Many2one(comodel_name="kbs.edition", readonly=True)
    version = fields.Char(string="Installed Version", readonly=True)
    version_key = fields.Char(readonly=True)
    latest_release_id = fields.Many2one(
        comodel_name="kbs.release", string="Newest Version", readonly=True
    )
    mandatory_release_id = fields.Many2one(
        comodel_name="kbs.release",
        string="Mandatory Version",
        readonly=True,
        help="The newest mandatory version, when the copy is below it.",
    )
    mandatory_by = fields.Date(
        readonly=True,
        string="Mandatory by",
        help="The first day by which a version above the copy's was, or will be, "
        "mandatory.",
    )
    days_over = fields.Integer(
        string="Days over the Mandatory Day", readonly=True, aggregator="max"
    )
    status = fields.Selection(
        selection=[
            ("below_mandatory", "Below the mandatory version"),
            ("behind", "Behind"),
            ("current", "Newest version"),
            ("unknown", "Unknown"),
        ],
        string="Version Status",
        readonly=True,
    )
    last_seen = fields.Datetime(string="Version Known since", readonly=True)
    days_unseen = fields.Integer(
        string="Days since the Version Was Told", readonly=True, aggregator="avg"
    )
    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Valid Support",
        readonly=True,
        help="The support that is valid today, of this copy or of its client.",
    )
    plan_id = fields.Many2one(comodel_name="kbs.plan", readonly=True)
    manager_id = fields.Many2one(comodel_name="res.users", readonly=True)
    specialist_id = fields.Many2one(comodel_name="res.users", readonly=True)

    @property
    def _table_query(self):
        return SQL("%s %s", self._select(), self._from())

    def _select(self):
        today = self.env.company._kbs_today()
        return SQL(
            """
            SELECT copy.id,
                copy.id AS installation_id,
                copy.company_id,
                copy.commercial_partner_id AS partner_id,
                copy.software_id,
                copy.edition_id,
                copy.version,
                copy.version_key,
                latest.id AS latest_release_id,
                step.release_id AS mandatory_release_id,
                step.mandatory_by,
                GREATEST(%(today)s - step.mandatory_by, 0) AS days_over,
                CASE WHEN copy.version_key IS NULL THEN 'unknown'
                    WHEN step.release_id IS NOT NULL THEN 'below_mandatory'
                    WHEN copy.version_key < latest.version_key THEN 'behind'
                    ELSE 'current' END AS status,
                copy.last_seen,
                %(today)s - (copy.last_seen AT TIME ZONE 'UTC'
                    AT TIME ZONE %(tz)s)::date AS days_unseen,
                COALESCE(named.id, plain.id) AS subscription_id,
                CASE WHEN named.id IS NULL THEN plain.plan_id
                    ELSE named.plan_id END AS plan_id,
                CASE WHEN named.id IS NULL THEN plain.manager_id
                    ELSE named.manager_id END AS manager_id,
                CASE WHEN named.id IS NULL THEN plain.specialist_id
                    ELSE named.specialist_id END AS specialist_id
            """,
            today=today,
            tz=self.env.company.kbs_tz,
        )

    def _from(self):
        return SQL(
            """
            FROM (SELECT * FROM kbs_installation WHERE active) AS copy
            LEFT JOIN (%(latest)s) AS latest ON latest.software_id = copy.software_id
            LEFT JOIN (%(steps)s) AS step ON step.software_id = copy.software_id
                AND copy.version_key < step.version_key
                AND copy.version_key >= step.previous_key
            LEFT JOIN kbs_subscription named ON named.id = copy.subscription_id
                AND named.state = 'active'
            LEFT JOIN (%(plain)s) AS plain ON copy.subscription_id IS NULL
                AND plain.commercial_partner_id = copy.commercial_partner_id
                AND plain.company_id = copy.company_id
            """,
            latest=self._latest(),
            steps=self._steps(),
            plain=self._plain_supports(),
        )

    def _latest(self):
        """The newest published version of each program: by number, not by date."""
        return SQL(
            """
            SELECT DISTINCT ON (software_id) software_id, id, version_key
            FROM kbs_release
            WHERE state = 'published'
            ORDER BY software_id, version_key DESC
            """
        )

    def _steps(self):
        """For each mandatory version the copies just below it: one row for a copy.

        ``previous_key`` is the mandatory version before, which these copies have.
        They lack this version and all later ones, so the first of these days counts,
        and the newest of these versions is what they need.
        """
        return SQL(
            """
            SELECT software_id,
                version_key,
                COALESCE(LAG(version_key) OVER numbers, '') AS previous_key,
                MIN(mandatory_by) OVER above AS mandatory_by,
                LAST_VALUE(id) OVER above AS release_id
            FROM kbs_release
            WHERE state = 'published' AND is_mandatory
            WINDOW numbers AS (PARTITION BY software_id ORDER BY version_key),
                above AS (numbers
                    ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
            """
        )

    def _plain_supports(self):
        """The valid support of each client that no copy names: the longest one.

        A support that copies name is for these alone (docs/decisions/0037).
        """
        return SQL(
            """
            SELECT DISTINCT ON (commercial_partner_id, company_id)
                commercial_partner_id, company_id, id, plan_id, manager_id,
                specialist_id
            FROM kbs_subscription support
            WHERE state = 'active' AND NOT EXISTS (
                SELECT FROM kbs_installation other
                WHERE other.subscription_id = support.id AND other.active)
            ORDER BY commercial_partner_id, company_id, date_end DESC, id
            """
        )

    @api.model
    @api.private
    @api.readonly
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        # OVERRIDE: the record rule asks for the company of each row, and to read that
        # afterwards by id would be a second query over all copies.
        if field_names is not None:
            field_names = {*field_names, "company_id"}
        return super().search_fetch(domain, field_names, offset, limit, order)

    def _read_group_orderby(self, order, groupby_terms, query):
        # OVERRIDE: groups of versions stand as versions do, 8.9 before 8.10, though
        # their labels are text.
        if "version" not in groupby_terms:
            return super()._read_group_orderby(order, groupby_terms, query)
        parts = (order or ",".join(groupby_terms)).split(",")
        by_key = ",".join(
            "version_key:max" + part.strip().removeprefix("version")
            if part.split()[0] == "version"
            else part
            for part in parts
        )
        return super()._read_group_orderby(by_key, groupby_terms, query)

    def action_open(self):
        """Open the copy, without asking for all rows again."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "kbs.installation",
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_download(self):
        """Return the action that downloads the map of the company as a workbook."""
        workbook = self.env["kbs.workbook"].create({"kind": "versions"})
        return workbook.action_download()
