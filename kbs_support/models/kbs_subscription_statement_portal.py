from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.wording import format_minutes

# What runs stands before what is over.
STATES = ("active", "paused", "grace", "upcoming", "ended", "cancelled")


class KbsSubscription(models.Model):
    """What a client sees of his hours in the portal.

    Clients have no rights on the ledger: all goes through these methods.
    """

    _inherit = "kbs.subscription"

    @api.model
    def _get_portal_hours_domain(self, user):
        """Domain of the subscriptions whose hours ``user`` sees: his company's.

        Asked anew each time, so somebody who has changed his employer sees the new
        one's from then on.
        """
        company = user.partner_id.commercial_partner_id
        return (
            Domain("partner_id.commercial_partner_id", "=", company.id)
            & Domain("company_id", "in", user.company_ids.ids)
            & Domain("state", "in", STATES)
        )

    @api.model
    def _get_portal_hours_sudo(self, user):
        """Return the subscriptions that ``user`` may see, with sudo.

        What runs stands first, and of that what lasts longest.
        """
        found = self.sudo().search(
            self._get_portal_hours_domain(user), order="date_end desc, id desc"
        )
        return found.sorted(lambda x: STATES.index(x.state))

    def _prepare_portal_hours(self):
        """Return what is left today, as plain values.

        :return: dict of ``left`` (words), ``sources`` (dicts of ``name``, ``left`` and
            ``until``, what lapses first standing first), ``month`` (words, or
            False), ``plan`` and ``sessions`` (a sentence, or False)
        """
        self.ensure_one()
        today = self.company_id._kbs_today()
        entries = self.env["kbs.hour.entry"]
        balance = entries._get_balances(self, today)[self]
        domain = entries._get_valid_domain(self, today)
        domain &= Domain("source_id", "=", False) & Domain("left_minutes", ">", 0)
        sources = entries.search(domain, order="valid_to, kind, id")
        month = self._get_service_month(today)
        names = entries._get_statement_names()
        return {
            "left": format_minutes(self.env, balance),
            "sources": [
                {
                    "name": names[x.kind],
                    "left": format_minutes(self.env, x.left_minutes),
                    "until": format_date(self.env, x.valid_to),
                }
                for x in sources
            ],
            "month": month and self._tell_days(month.first, month.last),
            "plan": self.plan_id.name,
            "sessions": self._tell_sessions_left(),
        }
