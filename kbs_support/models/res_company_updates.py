from odoo import fields, models


class ResCompany(models.Model):
    """How clients are told of new versions."""

    _inherit = "res.company"

    kbs_wave_size = fields.Integer(
        string="Letters in a Wave",
        default=500,
        help="So many letters of a campaign are sent in one go.",
    )
    kbs_wave_minutes = fields.Integer(
        string="Minutes between Waves",
        default=1,
        help="Gives the mail server, and your line, time to breathe.",
    )
    kbs_call_after_days = fields.Integer(
        string="Call after",
        default=3,
        help="Working days without a download after which a client is called, where "
        "the plan has it.",
    )
    kbs_call_attempts = fields.Integer(
        string="Attempts of a Call",
        default=3,
        help="After so many calls without an answer the client counts as not reached.",
    )

    kbs_release_news = fields.Boolean(
        string="News on the Website",
        default=True,
        help="A published version becomes a post of the blog “Program updates”.",
    )

    kbs_download_minutes = fields.Integer(
        string="Download Link Valid for",
        default=60,
        help="Minutes that the link of a download is valid. A download that was "
        "interrupted goes on with the same link as long as it is.",
    )

    _kbs_download_minutes_range = models.Constraint(
        "CHECK (kbs_download_minutes BETWEEN 1 AND 1440)",
        "The link of a download is valid from one minute to a day.",
    )
    _kbs_waves_positive = models.Constraint(
        "CHECK (kbs_wave_size > 0 AND kbs_wave_minutes >= 0"
        " AND kbs_call_after_days >= 0 AND kbs_call_attempts > 0)",
        "A wave has at least one letter, a call at least one attempt, and no time is "
        "below zero.",
    )

    def _kbs_add_working_time(self, moment, days=0, hours=0):
        """Return the moment (UTC, naive) so much working time after ``moment``.

        Counted by the working hours of the line's people; a working day has as many
        hours as their calendar says.
        """
        self.ensure_one()
        calendar = self._kbs_get_people_calendar()
        total = days * (calendar.hours_per_day or 8) + hours
        if not total:
            return moment
        return calendar.plan_hours(total, moment, compute_leaves=True) or moment
