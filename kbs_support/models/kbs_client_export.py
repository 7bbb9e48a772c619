import io
import json
import tempfile
import zipfile
from datetime import timedelta

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_datetime, html2plaintext

from ..tools.locking import lock_in_states

KEPT_DAYS = 7
ASKED = {"partner_id", "company_id", "reason"}  # all that people say of it


class KbsClientExport(models.Model):
    """All that is known about a client, in one file, for who asks for it.

    A ZIP of a JSON file, a workbook with the same, and the files themselves. Only
    managers may have it, and it is kept for some days.
    """

    _name = "kbs.client.export"
    _description = "Data of a Client, to Hand Over"
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    reason = fields.Char(
        required=True, help="Who has asked for it, and when: it stays with the client."
    )
    state = fields.Selection(
        selection=[
            ("draft", "New"),
            ("making", "Is being made"),
            ("done", "Ready"),
            ("deleted", "Deleted"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    file = fields.Binary(attachment=True, readonly=True, copy=False)
    file_name = fields.Char(compute="_compute_file_name")
    made_at = fields.Datetime(string="Made on", readonly=True, copy=False)
    kept_until = fields.Datetime(compute="_compute_kept_until")

    # === COMPUTE METHODS === #

    @api.depends("partner_id")
    def _compute_file_name(self):
        for export in self:
            client = export.partner_id.commercial_partner_id
            export.file_name = f"{client.company_registry or client.id}.zip"

    @api.depends("made_at")
    def _compute_kept_until(self):
        for export in self:
            made = export.made_at
            export.kept_until = made and made + timedelta(days=KEPT_DAYS)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.keys() - ASKED for vals in vals_list):
            self._refuse_typed()
        return super().create(vals_list)

    def write(self, vals):
        """What is made, and for whom, stays as it was asked for.

        :raise AccessError: somebody writes what methods set, or changes it later
        """
        is_new = all(x.state == "draft" for x in self)
        if not self.env.su and vals.keys() - (ASKED if is_new else set()):
            self._refuse_typed()
        return super().write(vals)

    def _refuse_typed(self):
        raise AccessError(
            self.env._("The file of a client is made once, as it was asked for.")
        )

    @api.autovacuum
    def _gc_files(self):
        """Throw away what was handed over."""
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        old = self.search([("state", "=", "done"), ("made_at", "<", before)])
        old.write({"file": False, "state": "deleted"})

    # === ACTIONS === #

    def action_make(self):
        """Have the file made in the background, and say so with the client."""
        self.ensure_one()
        self.check_access("write")
        self.partner_id.check_access("read")
        if lock_in_states(self, ("draft",)):
            return True  # the second click
        sudo = self.sudo()
        sudo.state = "making"
        client = sudo.partner_id.commercial_partner_id
        client.with_user(self.env.user).sudo().message_post(
            body=self.env._(
                "%(name)s has all data of the client put together. %(reason)s",
                name=self.env.user.name,
                reason=self.reason,
            )
        )
        sudo.with_delay(
            identity_key=f"kbs.client.export-{self.id}",
            description=self.env._("Data of %(client)s", client=client.name),
        )._job_make()
        return True

    # === BUSINESS METHODS === #

    def _job_make(self):
        """Make the file; idempotent."""
        self.ensure_one()
        if self.state != "making":
            return
        self.write(
            {
                "file": False,
                "state": "done",
                "made_at": fields.Datetime.now(),
            }
        )
        self.env["ir.attachment"].create(
            {
                "name": self.file_name,
                "res_model": self._name,
                "res_id": self.id,
                "res_field": "file",
                "type": "binary",
                "raw": self._make_zip(),
                "public": False,
            }
        )
        self.invalidate_recordset(["file"])

    def _make_zip(self):
        """Return the bytes of the ZIP; its files are read one at a time."""
        data = self.env["kbs.client.data"]
        people = data._get_people_sudo(self.partner_id)
        found = data._collect_sudo(people, self.company_id)
        found["mail.message"] |= self._get_messages(found)
        rows = {
            model: self._read(records, data._get_parts()[model].fields)
            for model, records in found.items()
            if records
        }
        with tempfile.TemporaryFile() as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                text = json.dumps(rows, ensure_ascii=False, indent=1, default=str)
                archive.writestr("data.json", text)
                archive.writestr("data.xlsx", self._make_workbook(rows))
                for attachment in self._get_files(found):
                    name = attachment.name.replace("/", "_").replace("\\", "_")
                    path = f"files/{attachment.res_model}/{attachment.id}-{name}"
                    archive.writestr(path, attachment.raw or b"")
                    attachment.invalidate_recordset(["raw"])
            stream.seek(0)
            return stream.read()

    @api.model
    def _get_messages(self, found):
        """Letters and answers on what is told; notes among us stay among us."""
        messages = self.env["mail.message"]
        for model, records in found.items():
            if records and "message_ids" in records._fields:
                messages |= messages.search(
                    [
                        ("model", "=", model),
                        ("res_id", "in", records.ids),
                        ("message_type", "in", ("email", "comment", "email_outgoing")),
                        ("is_internal", "=", False),
                        ("subtype_id.internal", "=", False),
                    ]
                )
        return messages

    @api.model
    def _get_files(self, found):
        """Return the files of what is told, and of its messages."""
        files = self.env["ir.attachment"]
        for model, records in found.items():
            if model not in ("res.partner", "mail.message", "res.users"):
                files |= files.search(
                    [
                        ("res_model", "=", model),
                        ("res_id", "in", records.ids),
                        ("res_field", "=", False),
                        ("type", "=", "binary"),
                    ]
                )
        # What only hangs on an internal note is one of ours.
        internal = self.env["mail.message"].search(
            [
                ("attachment_ids", "in", files.ids),
                "|",
                ("is_internal", "=", True),
                ("subtype_id.internal", "=", True),
            ]
        )
        return files - internal.attachment_ids

    @api.model
    def _read(self, records, names):
        """Return rows of plain values, with names in the place of ids."""
        rows = []
        for record in records:
            row = {"id": record.id}
            for name in names:
                field, value = record._fields[name], record[name]
                if field.relational:
                    value = ", ".join(x or "" for x in value.mapped("display_name"))
                elif field.type == "html":
                    value = html2plaintext(value or "")
                elif field.type == "datetime":
                    value = value and format_datetime(self.env, value)
                elif value is False and field.type != "boolean":
                    value = None
                row[name] = value
            rows.append(row)
        return rows

    @api.model
    def _make_workbook(self, rows):
        stream = io.BytesIO()
        workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
        bold = workbook.add_format({"bold": True})
        for model, values_list in rows.items():
            sheet = workbook.add_worksheet(model[:31])
            sheet.freeze_panes(1, 0)
            labels = self.env[model].fields_get(list(values_list[0]), ["string"])
            for place, name in enumerate(values_list[0]):
                sheet.write_string(0, place, labels[name]["string"], bold)
            for number, values in enumerate(values_list, start=1):
                for place, value in enumerate(values.values()):
                    # As text: a cell that begins with = shall not become a formula.
                    text = "" if value is None else str(value)
                    sheet.write_string(number, place, text[:32_000])
        workbook.close()
        return stream.getvalue()
