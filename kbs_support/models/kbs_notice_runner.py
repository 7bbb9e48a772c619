from odoo import api, fields, models
from odoo.tools import SQL, config

from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID


class KbsNotice(models.Model):
    """Whether a job runner works at all: without one no letter would ever go out."""

    _inherit = "kbs.notice"

    runner_fault = fields.Text(
        compute="_compute_runner_fault",
        help="What is missing on the server, with the line that mends it.",
    )

    @api.depends("state")
    def _compute_runner_fault(self):
        fault = self._get_runner_fault()
        for notice in self:
            is_open = notice.state in ("draft", "preparing", "ready", "running")
            notice.runner_fault = is_open and fault

    @api.model
    def _get_runner_fault(self):
        """Return why no job would run, with the line to add, or False."""
        if self._has_runner():
            return False
        modules = [x for x in config["server_wide_modules"] if x != "queue_job"]
        line = f"server_wide_modules = {','.join([*modules, 'queue_job'])}"
        if "queue_job" not in config["server_wide_modules"]:
            return self.env._(
                "No job runner works on this server, so letters will wait. Add this "
                "line to the configuration of Odoo and start it anew:\n%(line)s",
                line=line,
            )
        return self.env._(
            "No job runner works for this database at the moment, so letters will "
            "wait. The configuration names it (%(line)s); look whether the server "
            "serves this database, and into its log.",
            line=line,
        )

    @api.model
    def _has_runner(self):
        """Whether a runner holds its lock on this database (any host may run it)."""
        # PostgreSQL shows the 64 bits of an advisory lock in two halves.
        rows = self.env.execute_query(
            SQL(
                """SELECT 1 FROM pg_locks
                    WHERE locktype = 'advisory' AND granted AND objsubid = 1
                        AND database = (
                            SELECT oid FROM pg_database
                            WHERE datname = current_database()
                        )
                        AND classid = %s AND objid = %s
                    LIMIT 1""",
                PG_ADVISORY_LOCK_ID >> 32,
                PG_ADVISORY_LOCK_ID & 0xFFFFFFFF,
            )
        )
        return bool(rows)
