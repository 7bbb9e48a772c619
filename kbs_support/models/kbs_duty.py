from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime


class KbsDuty(models.Model):
    """Who answers outside office hours, for clients whose line is open then."""

    _name = "kbs.duty"
    _description = "Duty of the Consultation Line"
    _order = "date_from desc, id desc"

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="On Duty",
        required=True,
        index=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        default=lambda self: self.env.user,
    )
    date_from = fields.Datetime(string="From", required=True)
    date_to = fields.Datetime(string="Until", required=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    note = fields.Char()
    is_now = fields.Boolean(
        string="Now", compute="_compute_is_now", help="This duty is running."
    )

    _dates_in_order = models.Constraint(
        "CHECK (date_from < date_to)", "A duty ends after it has begun."
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (user_id WITH =,"
        " tsrange(date_from, date_to, '[)') WITH &&)",
        "One person cannot have two duties at the same time.",
    )
    _running_index = models.Index("(company_id, date_to, date_from)")

    @api.depends("date_from", "date_to")
    def _compute_is_now(self):
        now = fields.Datetime.now()
        for duty in self:
            is_begun = duty.date_from and duty.date_from <= now
            duty.is_now = bool(is_begun and duty.date_to and now < duty.date_to)

    @api.depends("user_id", "date_from", "date_to")
    def _compute_display_name(self):
        for duty in self:
            moments = [
                format_datetime(self.env, moment, dt_format="short") if moment else "…"
                for moment in (duty.date_from, duty.date_to)
            ]
            duty.display_name = f"{duty.user_id.name or ''} {' – '.join(moments)}"

    @api.model
    def _get_on_duty(self, company, moment):
        """Return the users on duty in ``company`` at the UTC ``moment`` (naive)."""
        # Sudo: a ticket finds its way whoever has written it.
        return self.sudo().search(self._get_running_domain(company, moment)).user_id

    @api.model
    def _get_running_domain(self, company, moment):
        """Domain of the duties of ``company`` that run at the UTC ``moment``."""
        return Domain(
            [
                ("company_id", "=", company.id),
                ("date_from", "<=", moment),
                ("date_to", ">", moment),
            ]
        )
