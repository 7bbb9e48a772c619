from odoo.exceptions import AccessError
from odoo.http import Controller, request, route

from .files import send_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class KbsClientImport(Controller):
    """The workbooks of the import of clients: empty, and with its faults."""

    @route("/kbs/client_import/template", type="http", auth="user", methods=["GET"])
    def kbs_client_import_template(self):
        imports = request.env["kbs.client.import"]
        if not imports.has_access("create"):
            raise AccessError(request.env._("Only support managers import clients."))
        name = request.env._("Clients.xlsx")
        return send_file(imports._make_template(), XLSX, name)

    @route(
        "/kbs/client_import/<int:import_id>/faults",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def kbs_client_import_faults(self, import_id):
        record = request.env["kbs.client.import"].browse(import_id)
        record.check_access("read")
        if not record.exists() or not record.file:
            raise request.not_found()
        return send_file(record._make_fault_file(), XLSX, record.file_name)
