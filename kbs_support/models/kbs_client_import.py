from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

KEPT_DAYS = 30  # a finished import: its file holds personal data
SMALL_BYTES = 100_000  # of a file that is looked through while the user waits
SMALL_ROWS = 200  # written while the user waits


class KbsClientImport(models.Model):
    """A workbook with clients and what they have: looked through first, then written.

    Nothing is written before each row was checked. What a row is, and what the file
    said last, stays in ``kbs.import.key``: a file may be imported again.
    """

    _name = "kbs.client.import"
    _inherit = ["kbs.state.mixin"]
    _description = "Import of Clients"
    _order = "id desc"
    _rec_name = "file_name"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
    )
    file = fields.Binary(string="Filled in Template", attachment=True, copy=False)
    file_name = fields.Char(required=True)
    is_partial = fields.Boolean(
        string="Import the Right Rows Only",
        help="Rows with faults, and what belongs to clients with a fault, are left "
        "out. Otherwise nothing is imported until every row is right.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "New"),
            ("checking", "Is being checked"),
            ("checked", "Checked"),
            ("writing", "Is being imported"),
            ("done", "Imported"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    trouble = fields.Char(
        readonly=True, copy=False, help="Why the file cannot be read at all."
    )
    checked_at = fields.Datetime(string="Checked on", readonly=True, copy=False)
    finished_at = fields.Datetime(string="Imported on", readonly=True, copy=False)
    line_ids = fields.One2many(
        comodel_name="kbs.client.import.line", inverse_name="import_id", string="Rows"
    )
    fault_ids = fields.One2many(
        comodel_name="kbs.client.import.fault",
        inverse_name="import_id",
        string="Faults",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        """Another file is checked anew.

        :raise AccessError: somebody writes what methods set, or another company: the
            rows were checked for this one
        :raise UserError: the file is being imported, or was
        """
        if "company_id" in vals and not self.env.su:
            raise AccessError(
                self.env._("The company of an import stays. Make a new import.")
            )
        if "file" in vals and not self.env.su:
            if self.filtered(lambda x: x.state not in ("draft", "checked")):
                raise UserError(
                    self.env._("This file was imported. Make a new import for another.")
                )
            self.sudo()._forget()
            self.sudo().write({"state": "draft", "trouble": False})
        return super().write(vals)

    @api.model
    def _get_moved_fields(self):
        names = {"trouble", "checked_at", "finished_at"}
        return super()._get_moved_fields() | names

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if self.filtered(lambda x: x.state in ("checking", "writing")):
            raise UserError(self.env._("An import that runs cannot be deleted."))

    @api.autovacuum
    def _gc_personal_data(self):
        """Take the file and its rows away once they have served: they name people."""
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        old = self.search([("file", "!=", False), ("write_date", "<", before)])
        old = old.filtered(lambda x: x.state not in ("checking", "writing"))
        old._forget_people()

    def _forget_people(self):
        """Keep of these imports when they were and how many rows; nobody's data."""
        self.fault_ids.unlink()
        self.line_ids.filtered(lambda x: x["values"] or x.error).write(
            {"values": False, "error": False}
        )
        self.filtered("file").write({"file": False})

    def _forget(self):
        self.line_ids.unlink()
        self.fault_ids.unlink()

    # === ACTIONS === #

    def action_faults(self):
        """Download the file as it was sent, with a column of faults."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/kbs/client_import/{self.id}/faults",
            "target": "download",
        }

    def action_check(self):
        """Look through the file, and write nothing (dry run)."""
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose the filled in template first."))
        self._move_sudo("checking", ("draft", "checked"), trouble=False)
        sudo = self.sudo()
        if len(sudo.file) * 3 // 4 > SMALL_BYTES:
            sudo._queue("_job_check")
        else:
            sudo._job_check()
        return True

    def action_write(self):
        """Import what was checked.

        :raise UserError: there are faults, and not only the right rows are wanted
        """
        self.ensure_one()
        if self.has_faults and not self.is_partial:
            raise UserError(
                self.env._(
                    "There are faults, so nothing is imported. Mend them in the file, "
                    "or choose to import the right rows only."
                )
            )
        if not self.waiting_count:
            raise UserError(self.env._("No row of this file can be imported."))
        self._move_sudo("writing", ("checked",))
        sudo = self.sudo()
        if self.waiting_count > SMALL_ROWS:
            sudo._queue("_job_write")
        else:
            sudo._write_all()
        return True

    def action_resume(self):
        """Queue the work again, where the server was stopped in the middle of it."""
        for record in self:
            record.check_access("write")
            sudo = record.sudo()
            if record.state == "checking":
                sudo._queue("_job_check")
            elif record.state == "writing":
                sudo._queue("_job_write")
        return True

    def action_view_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_client_import_line_action"
        )
        action["domain"] = [("import_id", "=", self.id)]
        return action

    # === BUSINESS METHODS === #

    def _queue(self, method):
        """Queue a job, once however often it is asked for."""
        delayed = self.with_delay(
            identity_key=f"kbs.client.import-{self.id}-{method}",
            description=self.env._("Import of clients: %(name)s", name=self.file_name),
        )
        getattr(delayed, method)()

    def _get_work_context(self):
        """Return the context of all that is written: this company, no letters."""
        return {
            "allowed_company_ids": self.company_id.ids,
            "tracking_disable": True,
            "mail_notrack": True,
            "lang": self.env.lang or self.company_id.partner_id.lang or "en_US",
        }
