import base64

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from odoo.addons.base.models.res_partner import _tz_get

from ..tools.batches import run_isolated
from ..tools.connection_report import ReportError, read_report


class KbsRemoteImport(models.Model):
    """A connection report that becomes sessions: shown first, then booked.

    What could not be matched waits here for a person. No connection is booked twice,
    however often its report is read.
    """

    _name = "kbs.remote.import"
    _description = "Import of Connections"
    _order = "id desc"
    _rec_name = "file_name"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
    )
    file = fields.Binary(required=True, attachment=True)
    file_name = fields.Char(required=True)
    zone = fields.Selection(
        selection=_tz_get,
        string="Time Zone of the File",
        required=True,
        default="UTC",
        help="TeamViewer exports moments in UTC.",
    )
    line_ids = fields.One2many(
        comodel_name="kbs.remote.import.line", inverse_name="import_id"
    )
    ready_count = fields.Integer(compute="_compute_counts", string="Ready")
    open_count = fields.Integer(compute="_compute_counts", string="Not Matched")
    done_count = fields.Integer(compute="_compute_counts", string="Booked")

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for report in self:
            states = report.line_ids.mapped("state")
            report.ready_count = states.count("ready")
            report.done_count = states.count("booked") + states.count("known")
            report.open_count = len(states) - report.ready_count - report.done_count

    def action_read(self):
        """Read the file and match what can be matched.

        :raise UserError: the file is no connection report
        """
        self.ensure_one()
        try:
            rows = read_report(base64.b64decode(self.file), self.zone)
        except ReportError as error:
            raise UserError(self._tell_error(error)) from error
        known = set(self.line_ids.mapped("key"))
        fresh = {x.key: x for x in rows if x.key not in known}
        self.line_ids = [Command.create(self._prepare_line(x)) for x in fresh.values()]
        self.line_ids._match()
        return True

    def action_match(self):
        """Match once more: computers may have become known; what was chosen stays."""
        self.line_ids._match()
        return True

    def _tell_error(self, error):
        if error.reason == "columns":
            return self.env._(
                "%(file)s is no connection report: the columns %(columns)s are "
                "missing.",
                file=self.file_name,
                columns=", ".join(f"“{x}”" for x in error.missing),
            )
        if error.reason == "empty":
            return self.env._("%s is empty.", self.file_name)
        return self.env._(
            "%s cannot be read. Export the report as CSV in UTF-8.", self.file_name
        )

    def _prepare_line(self, row):
        return {
            "key": row.key,
            "number": row.number,
            "date_start": row.start,
            "date_end": row.end,
            "specialist": row.user,
            "connection_id": row.device_id,
            "device": row.device,
            "group_name": row.group,
            "note": row.note,
            "fault": row.fault,
        }

    def action_book(self):
        """Book what is ready, from the earliest on, so that the count of each month is.

        A line that fails stays with its reason, the others are booked.
        """
        self.ensure_one()
        ready = self.line_ids.filtered(lambda x: x.state == "ready")
        if not ready:
            raise UserError(
                self.env._(
                    "Nothing is ready to be booked. Choose tickets for what was not "
                    "matched."
                )
            )
        for line in ready.sorted("date_start"):
            error = run_isolated(line, lambda x: x._book())
            if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                raise error  # Odoo repeats the request
            line.error = str(error) if error is not None else False
        return True
