from odoo import fields, models


def _get_sheets(model):
    names = model.env["kbs.client.import"]._get_sheet_names()
    return list(names.items())


class KbsClientImportLine(models.Model):
    """One row of a file, and what becomes of it.

    Its values are kept until they are written, and not longer: they name people.
    """

    _name = "kbs.client.import.line"
    _description = "Row of an Import"
    _order = "sheet, number, id"
    _rec_name = "number"

    import_id = fields.Many2one(
        comodel_name="kbs.client.import", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, ondelete="cascade"
    )
    sheet = fields.Selection(selection=_get_sheets, required=True)
    number = fields.Integer(string="Row", required=True)
    code = fields.Char(string="Code of the Client")
    values = fields.Json()
    verdict = fields.Selection(
        selection=[
            ("create", "New"),
            ("update", "Changed"),
            ("same", "As before"),
            ("fault", "Wrong"),
        ],
        required=True,
    )
    state = fields.Selection(
        selection=[
            ("waiting", "To import"),
            ("done", "Imported"),
            ("failed", "Not imported"),
            ("left", "Left out"),
        ],
        required=True,
        default="waiting",
    )
    error = fields.Char(help="Why it could not be imported after all.")

    _waiting_index = models.Index("(import_id, code) WHERE state = 'waiting'")
    _one_line_a_row = models.UniqueIndex(
        "(import_id, sheet, number)", "This row was read already."
    )


class KbsClientImportFault(models.Model):
    """What is wrong in a file, by sheet, row and column, in one sentence."""

    _name = "kbs.client.import.fault"
    _description = "Fault of an Import"
    _order = "is_warning, sheet, number, id"
    _rec_name = "text"

    import_id = fields.Many2one(
        comodel_name="kbs.client.import", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, ondelete="cascade"
    )
    sheet = fields.Selection(selection=_get_sheets)
    number = fields.Integer(string="Row")
    letter = fields.Char(string="Column")
    title = fields.Char(string="Title of the Column")
    text = fields.Char(string="What Is Wrong", required=True)
    is_warning = fields.Boolean(
        string="Only a Note", help="It does not keep the row from being imported."
    )
