from odoo import fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..tools.batches import run_isolated
from ..tools.client_sheets import SHEETS, Row
from ..tools.locking import take_turn

CLIENTS = 50  # that are written in one transaction


class KbsClientImport(models.Model):
    """Writing what was checked, client by client in batches, in the background.

    A client comes with all that is his, or not at all. Each batch is a job of its own,
    which queues the next one: what is done stays, and the form shows how far it is.
    """

    _inherit = "kbs.client.import"

    def _job_write(self):
        """Write the next batch; idempotent: it takes what waits when it runs."""
        self.ensure_one()
        if self.state != "writing":
            return
        if self._write_next():
            self._queue("_job_write")

    def _write_all(self):
        """Write a small file at once, while the user waits."""
        while self._write_next():
            pass

    def _write_next(self):
        """Write the next clients; return whether there may be more of them."""
        # Two imports into a company take turns; who comes second is repeated by Odoo
        # or the queue, and finds what the first one made.
        take_turn(self.company_id)
        lines = self._get_next_lines()
        if not lines:
            self.write({"state": "done", "finished_at": fields.Datetime.now()})
            return False
        self = self.with_context(**self._get_work_context())
        lines = lines.with_env(self.env)
        if error := self._try_lines(lines):
            self._write_each(lines, error)
        return True

    def _get_next_lines(self):
        Line = self.env["kbs.client.import.line"]
        waiting = [("import_id", "=", self.id), ("state", "=", "waiting")]
        codes = [
            code
            for [code] in Line._read_group(
                waiting, ["code"], order="code", limit=CLIENTS
            )
        ]
        return Line.search([*waiting, ("code", "in", codes)], order="sheet, number")

    def _write_each(self, lines, error):
        """Write the clients of ``lines`` one by one, after all at once has failed."""
        groups = lines.grouped("code").values()
        for group in groups:
            if len(groups) > 1:
                error = self._try_lines(group)
            if error:
                group.write(
                    {"state": "failed", "error": str(error)[:500], "values": False}
                )

    def _try_lines(self, lines):
        """Write ``lines`` in a savepoint; return the error, or None.

        :raise: a conflict with another transaction: the whole work is repeated
        """
        error = run_isolated(lines, self._write_lines)
        if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            raise error
        return error

    def _write_lines(self, lines):
        """Plan the rows anew, because time has passed since the dry run, and write."""
        rows = [Row(x.sheet, x.number, dict(x["values"])) for x in lines]
        batch = self._prepare_batch(rows)
        by_row = {(x.sheet, x.number): x for x in lines}
        verdicts = {}
        for sheet in SHEETS:
            model = self.env[f"kbs.import.{sheet}"]
            steps = model._plan(batch)
            self._refuse_faulty(steps)
            for step in steps:
                line = by_row[sheet, step.row.number]
                verdicts.setdefault(step.verdict, lines.browse())
                verdicts[step.verdict] |= line
            model._apply(steps, batch)
            if sheet == "client":
                batch.clients |= {x.row.values["code"]: x.record for x in steps}
        for verdict, done in verdicts.items():
            done.write({"state": "done", "verdict": verdict, "values": False})

    def _refuse_faulty(self, steps):
        """:raise UserError: what was right in the dry run is not any more"""
        for step in steps:
            if step.fault:
                text = self._get_fault_texts()[step.fault] % {"typed": step.name}
                raise UserError(
                    self.env._(
                        "%(sheet)s, row %(row)s: %(text)s",
                        sheet=self._get_sheet_names()[step.row.sheet],
                        row=step.row.number,
                        text=text,
                    )
                )
