from odoo import fields, models
from odoo.exceptions import UserError


class ResCompany(models.Model):
    """How work on tickets is booked."""

    _inherit = "res.company"

    kbs_project_id = fields.Many2one(
        comodel_name="project.project",
        string="Project of Support",
        domain="[('allow_timesheets', '=', True)]",
        help="Work on tickets is booked here. Empty: the project “Client Support”.",
    )
    kbs_work_rounding = fields.Integer(
        string="Work Is Rounded up to",
        default=1,
        help="Minutes to which the time of the timer is rounded up.",
    )

    kbs_booking_minutes = fields.Integer(
        string="Booked Slot",
        default=60,
        help="Minutes of a specialist's time that one booked session takes.",
    )
    kbs_booking_cancel_hours = fields.Integer(
        string="Cancelled in Time",
        default=2,
        help="So many hours before it begins a client may cancel a session himself.",
    )

    _kbs_booking_positive = models.Constraint(
        "CHECK (kbs_booking_minutes BETWEEN 10 AND 480"
        " AND kbs_booking_cancel_hours >= 0)",
        "A booked slot takes from 10 minutes to 8 hours.",
    )
    _kbs_work_rounding_positive = models.Constraint(
        "CHECK (kbs_work_rounding > 0)",
        "The rounding of work must be more than zero.",
    )

    def _kbs_get_project_sudo(self):
        """Return the project that work on tickets is booked on.

        :raise UserError: the shipped one was deleted, and no other was chosen
        Sudo: who books work need not see how projects are set up.
        """
        self.ensure_one()
        company = self.sudo()
        shipped = "kbs_support.project_project_kbs_support"
        project = company.kbs_project_id or company.env.ref(shipped, False)
        if not project:
            raise UserError(
                self.env._(
                    "There is no project to book work on. Choose one in the settings "
                    "of support."
                )
            )
        return project
