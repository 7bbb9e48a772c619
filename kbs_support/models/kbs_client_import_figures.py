from markupsafe import Markup

from odoo import api, fields, models

from ..tools.client_sheets import SHEETS


class KbsClientImport(models.Model):
    """How many rows there are, what becomes of them, and how far the work is."""

    _inherit = "kbs.client.import"

    # === FIGURES === #
    row_count = fields.Integer(string="Rows Read", compute="_compute_figures")
    fault_count = fields.Integer(string="Wrong Rows", compute="_compute_figures")
    failed_count = fields.Integer(string="Not Imported", compute="_compute_figures")
    waiting_count = fields.Integer(string="To Import", compute="_compute_figures")
    progress = fields.Float(compute="_compute_figures", help="Percent of the rows.")
    has_faults = fields.Boolean(compute="_compute_has_faults")
    summary = fields.Html(compute="_compute_summary", sanitize=False)
    runner_fault = fields.Char(compute="_compute_runner_fault")

    # === COMPUTE METHODS === #

    def _get_counts(self, groupby):
        """Return ``{import: {value of groupby: number of rows}}``, by one query."""
        counts = {x: {} for x in self}
        for record, value, count in self.env["kbs.client.import.line"]._read_group(
            [("import_id", "in", self.ids)], ["import_id", groupby], ["__count"]
        ):
            counts[record][value] = count
        return counts

    @api.depends("line_ids.state")
    def _compute_figures(self):
        counts = self._get_counts("state")
        for record in self:
            states = counts.get(record, {})
            record.row_count = sum(states.values())
            record.fault_count = states.get("left", 0)
            record.failed_count = states.get("failed", 0)
            record.waiting_count = states.get("waiting", 0)
            done = states.get("done", 0) + record.failed_count
            record.progress = 100 * done / ((done + record.waiting_count) or 1)

    @api.depends("fault_ids.is_warning")
    def _compute_has_faults(self):
        found = self.env["kbs.client.import.fault"]._read_group(
            [("import_id", "in", self.ids), ("is_warning", "=", False)], ["import_id"]
        )
        wrong = self.browse([record.id for [record] in found])
        for record in self:
            record.has_faults = record in wrong

    @api.depends("line_ids.verdict")
    @api.depends_context("lang")
    def _compute_summary(self):
        """A table: of each sheet how many records are new, changed, as they were."""
        names = self._get_sheet_names()
        verdicts = dict(
            self.env["kbs.client.import.line"]
            ._fields["verdict"]
            ._description_selection(self.env)
        )
        for record in self:
            cells = {}
            for sheet, verdict, count in self.env["kbs.client.import.line"]._read_group(
                [("import_id", "=", record._origin.id)],
                ["sheet", "verdict"],
                ["__count"],
            ):
                cells[sheet, verdict] = count
            sheets = [x for x in SHEETS if any(x == sheet for sheet, _v in cells)]
            record.summary = sheets and record._draw_summary(
                cells, [(x, names[x]) for x in sheets], verdicts
            )

    @api.model
    def _draw_summary(self, cells, sheets, verdicts):
        head = Markup().join(
            Markup("<th class='text-end'>%s</th>") % x for x in verdicts.values()
        )
        rows = Markup().join(
            Markup("<tr><td>%s</td>%s</tr>")
            % (
                name,
                Markup().join(
                    Markup("<td class='text-end'>%s</td>") % (cells.get((key, x)) or "")
                    for x in verdicts
                ),
            )
            for key, name in sheets
        )
        return Markup(
            "<table class='table table-sm'><thead><tr><th></th>%s</tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (head, rows)

    @api.depends("state")
    def _compute_runner_fault(self):
        waiting = self.filtered(lambda x: x.state in ("checking", "writing"))
        has_runner = not waiting or self.env["kbs.notice"]._has_runner()
        for record in self:
            record.runner_fault = (
                record in waiting
                and not has_runner
                and self.env._(
                    "No job runner works on this server, so the import waits. Ask an "
                    "administrator to start it."
                )
            )
