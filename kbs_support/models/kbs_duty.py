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

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        duties = super().create(vals_list)
        duties._request_alerts(duties._get_warned_domain())
        return duties

    def write(self, vals):
        if not {"user_id", "date_from", "date_to", "company_id"} & set(vals):
            return super().write(vals)
        domain = self._get_warned_domain()
        res = super().write(vals)
        self._request_alerts(domain | self._get_warned_domain())
        return res

    def unlink(self):
        domain = self._get_warned_domain()
        res = super().unlink()
        self._request_alerts(domain)
        return res

    # === WARNINGS === #

    def _get_warned_domain(self):
        """Domain of the clocks whose next warning these duties may bring forward."""
        return Domain.OR(
            Domain("company_id", "=", x.company_id.id)
            & Domain("alert_at", ">=", x.date_from)
            for x in self
        )

    @api.model
    def _request_alerts(self, domain):
        """Find the next warnings of these clocks anew: the roster has changed."""
        self.env["kbs.sla.target"]._request_recount(
            domain, self.env._("The duty roster has changed")
        )

    @api.model
    def _get_coming(self, companies):
        """Return the duties in ``companies`` that run or come."""
        # Sudo: warnings follow the roster, whoever moves a ticket.
        return self.sudo().search(
            [
                ("company_id", "in", companies.ids),
                ("date_to", ">", fields.Datetime.now()),
            ]
        )

    # === WHO === #

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
