from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.batches import work_through

# So many clocks are counted anew at once; more are left to the job.
AT_ONCE = 200


class KbsSlaTarget(models.Model):
    """Open clocks counted anew: holidays, working hours or force majeure changed.

    The old result stays as a version. Closed clocks are left alone (zammad#534).
    """

    _inherit = "kbs.sla.target"

    recount_because = fields.Char(
        help="Why the deadline waits to be counted anew; empty when it is right."
    )

    _recount_index = models.Index("(id) WHERE recount_because IS NOT NULL")

    @api.model
    def _request_recount(self, domain, reason):
        """Count the open clocks of ``domain`` anew, soon.

        :param str reason: stays on the version
        """
        domain &= self._get_open_domain() & Domain("state", "!=", "paused")
        # Sudo: a change of a calendar concerns clocks whoever makes it.
        clocks = self.sudo().search(domain)
        clocks.write({"recount_because": reason})
        if len(clocks) <= AT_ONCE:
            clocks._recount()
        else:
            self.env.ref("kbs_support.ir_cron_kbs_clocks")._trigger()

    @api.model
    def _recount_waiting(self):
        """Count anew what waits for it; part of the job that watches the clocks."""
        waiting = self.search([("recount_because", "!=", False)], order="id")
        return work_through(waiting, lambda x: x._recount())

    def _recount(self):
        """Set the deadlines anew, and keep what they were before where they move.

        A miss that is no miss by the new count runs on; the version keeps it.
        """
        before = {x: (x.deadline, x._prepare_version(x.recount_because)) for x in self}
        self._set_deadlines()
        moved = self.filtered(lambda x: x.deadline != before[x][0])
        self.env["kbs.sla.target.version"].create([before[x][1] for x in moved])
        now = fields.Datetime.now()
        excused = moved.filtered(
            lambda x: x.state == "missed" and not (x.deadline and x.deadline < now)
        )
        excused.write({"state": "running", "missed_at": False, "late_minutes": 0})
        self.write({"recount_because": False})
        self._record_misses(now)

    def _prepare_version(self, reason):
        self.ensure_one()
        return {
            "target_id": self.id,
            "reason": reason,
            "deadline": self.deadline,
            "state": self.state,
            "late_minutes": self.late_minutes,
            "promise_minutes": self.promise_minutes,
        }


class KbsSlaTargetVersion(models.Model):
    """What a clock said before it was counted anew."""

    _name = "kbs.sla.target.version"
    _description = "Earlier Result of a Clock"
    _order = "id desc"

    target_id = fields.Many2one(
        comodel_name="kbs.sla.target", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="target_id.company_id", store=True, index=True)
    reason = fields.Char(required=True)
    deadline = fields.Datetime()
    state = fields.Selection(
        selection=lambda self: self.env["kbs.sla.target"]._fields["state"].selection,
        required=True,
    )
    late_minutes = fields.Integer(string="Late, Minutes")
    promise_minutes = fields.Integer()
