from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.wording import format_count

# What the client has now, in the order in which he wants to read of it.
LIVE = ("active", "paused", "grace", "draft", "upcoming")
MARKS = {
    "draft": "warning",
    "upcoming": "info",
    "active": "success",
    "paused": "secondary",
    "grace": "danger",
    "ended": "danger",
    "cancelled": "secondary",
}


class KbsSubscription(models.Model):
    """What a client sees of his support: the home page of the portal.

    Clients have no rights on subscriptions: all goes through these methods, which
    return plain values. Money, days and words are in the language of the reader.
    """

    _inherit = "kbs.subscription"

    @api.model
    def _get_portal_domain(self, user):
        """Domain of the subscriptions that ``user`` sees: his company's.

        Asked anew each time, so somebody who has changed his employer sees the new
        one's from then on.
        """
        company = user.sudo().partner_id.commercial_partner_id
        return Domain("partner_id.commercial_partner_id", "=", company.id) & Domain(
            "company_id", "in", user.company_ids.ids
        )

    @api.model
    def _get_portal_sudo(self, user, subscription_id):
        """Return the subscription with sudo if ``user`` may see it, else none."""
        domain = self._get_portal_domain(user) & Domain("id", "=", subscription_id)
        return self.sudo().search(domain)

    @api.model
    def _prepare_portal_home_sudo(self, user):
        """Return all that stands on the home page of ``user``.

        :return: dict of ``cards`` (see :meth:`_prepare_portal_card`), ``earlier``
            (dicts of ``url`` and ``name``), ``choices``, ``tickets``, ``invoices``,
            ``updates``, ``urgent`` and ``contact``
        """
        found = self.sudo().search(self._get_portal_domain(user))
        live = found._get_portal_live()
        live = live.sorted(lambda x: LIVE.index(x.state) if x.state in LIVE else 9)
        offers = live._get_portal_offers()
        return {
            "cards": [x._prepare_portal_card(user, offers[x]) for x in live],
            "earlier": [
                {
                    "url": f"/my/support/{x.id}",
                    "name": f"{x.name}, {x.plan_id.name}",
                    "words": x._tell_portal_state(),
                }
                for x in found - live
            ],
            "choices": self.env["sale.order"]._kbs_prepare_portal_choices_sudo(user),
            "tickets": self.env["helpdesk.ticket"]._prepare_portal_open_sudo(user),
            "invoices": self.env["account.move"]._prepare_portal_unpaid_sudo(user),
            "updates": self.env["kbs.software"]._prepare_portal_updates_sudo(user),
            "urgent": self.env["kbs.notice"]._prepare_portal_urgent_sudo(user),
            "contact": user.company_id.sudo()._kbs_get_client_words(),
        }

    def _get_portal_live(self):
        """Return those that the client has now, or can renew."""
        return self.filtered(lambda x: x.state in LIVE or x._is_portal_renewable())

    def _prepare_portal_card(self, user, offers):
        """Return one subscription as plain values.

        :param offers: what :meth:`_get_portal_offers` gives for it
        :return: dict of ``url``, ``name``, ``plan``, ``state``, ``mark`` (a Bootstrap
            colour), ``words``, ``bar`` (dict or False), ``hours`` (see
            :meth:`_prepare_portal_hours`, or False), ``people`` and ``renewal``
        """
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        is_served = self.state in ("active", "paused")
        return {
            "id": self.id,
            "url": f"/my/support/{self.id}",
            "name": self.name,
            "client": self.partner_id.display_name,
            "plan": self.plan_id.name,
            "state": states[self.state],
            "mark": MARKS[self.state],
            "words": self._tell_portal_state(),
            "bar": self._prepare_portal_bar(),
            "hours": is_served and self._prepare_portal_hours(),
            "people": self._prepare_portal_people(),
            "renewal": self._prepare_portal_renewal(user, offers),
        }

    def _tell_portal_state(self):
        """Say in one sentence what is paid until when, and what the client may do."""
        self.ensure_one()
        return getattr(self, f"_tell_portal_{self.state}")()

    def _tell_portal_active(self):
        if self.days_left == 1:
            return self.env._("Paid until today.")
        return self.env._(
            "Paid until %(date)s: %(days)s left.",
            date=format_date(self.env, self.date_end),
            days=format_count(self.env, "day", self.days_left),
        )

    def _tell_portal_upcoming(self):
        return self.env._(
            "Paid from %(first)s until %(last)s. It has not begun yet.",
            first=format_date(self.env, self.date_start),
            last=format_date(self.env, self.date_end),
        )

    def _tell_portal_paused(self):
        pause = self._get_pause_on(self.company_id._kbs_today())
        if not pause.date_end:
            return self.env._(
                "Paused since %(date)s. The end moves by as many days as the pause "
                "lasts.",
                date=format_date(self.env, pause.date_start),
            )
        return self.env._(
            "Paused until %(until)s. After that it is paid until %(date)s.",
            until=format_date(self.env, pause.date_end),
            date=format_date(self.env, self.date_end),
        )

    def _tell_portal_grace(self):
        return self.env._(
            "Ended on %(date)s. Whoever renews until %(grace)s goes on without a gap.",
            date=format_date(self.env, self.date_end),
            grace=format_date(self.env, self._get_grace_last_day()),
        )

    def _tell_portal_draft(self):
        return self.env._("Not paid yet. Support begins with the payment.")

    def _tell_portal_ended(self):
        return self.env._(
            "Ended on %(date)s.", date=format_date(self.env, self.date_end)
        )

    def _tell_portal_cancelled(self):
        day = self.closed_on or self.date_end
        if not day:
            return self.env._("Cancelled.")
        return self.env._(
            "Closed, the last day was %(date)s.",
            date=format_date(self.env, min(day, self.date_end or day)),
        )

    def _prepare_portal_bar(self):
        """Return the running period as a bar, or False where nothing runs."""
        period = self._get_running_period()
        if not period:
            return False
        days = (period.date_end - period.date_start).days + 1
        gone = (self._get_clock_day() - period.date_start).days
        first, last = (
            format_date(self.env, day) for day in (period.date_start, period.date_end)
        )
        return {
            "days": days,
            "gone": gone,
            "first": first,
            "last": last,
            "words": self.env._(
                "%(gone)s of %(days)s days are over", gone=gone, days=days
            ),
        }

    def _prepare_portal_people(self):
        """Return who looks after the client, each once, with phone and e-mail."""
        self.ensure_one()
        roles = {
            self.env._("Your specialist"): self.specialist_id,
            self.env._("Your manager"): self.manager_id,
        }
        people = {}
        for role, user in roles.items():
            if user and self._has_working(user):
                people.setdefault(user, role)
        return [
            {
                "role": role,
                "name": user.name,
                "phone": user.partner_id.phone or self.company_id.phone,
                "email": user.partner_id.email_normalized or self.company_id.email,
            }
            for user, role in people.items()
        ]
