from odoo.http import route

from odoo.addons.spreadsheet_dashboard.controllers.dashboards_controllers import (
    DashboardDataRoute,
)


def never(_controller, _rule, _args):
    """Whether the request may be read-only; Odoo asks before it opens a cursor."""
    return False


class KbsDashboardData(DashboardDataRoute):
    """The first one who opens our dashboard has the reports counted, which writes."""

    @route(readonly=never)
    def get_dashboard_data(self, dashboard):
        return super().get_dashboard_data(dashboard)
