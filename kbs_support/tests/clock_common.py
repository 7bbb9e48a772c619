from datetime import datetime

from freezegun import freeze_time
from pytz import timezone, utc

from .common import KbsCase

KYIV = timezone("Europe/Kyiv")


def kyiv(text):
    """Return the UTC moment of a Kyiv time like "2026-05-15 17:00"."""
    form = "%Y-%m-%d %H:%M:%S" if text.count(":") == 2 else "%Y-%m-%d %H:%M"
    moment = KYIV.localize(datetime.strptime(text, form))
    return moment.astimezone(utc).replace(tzinfo=None)


class ClockCase(KbsCase):
    """Tickets of covered clients, at any moment that the clock of a test says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office = cls.env.ref("kbs_support.resource_calendar_kbs_office")
        cls.always = cls.env.ref("kbs_support.resource_calendar_kbs_24_7")
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {
                "name": "Line of the tests",
                "company_id": cls.company.id,
                "user_ids": cls.agent.ids + cls.lead.ids,
                "user_id": cls.lead.id,
            }
        )
        stages = cls.team._get_applicable_stages()
        cls.stage_waiting = stages.filtered("kbs_is_waiting")[:1]
        cls.stage_done = stages.filtered("closed")[:1]
        cls.stage_work = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_in_progress")
        cls.clients = {}
        cls.supports = {}
        for code in ("prof", "optima", "premium"):
            cls.clients[code] = cls._create_client(f"Client of {code}")
            order = cls.sell_paid(
                f"{code}_12",
                client=cls.clients[code],
                line={"kbs_date_start": "2026-05-01"},
            )
            # Every day of these tests is covered.
            cls.period(order).write(
                {"date_start": "2025-01-01", "sold_until": "2029-12-31"}
            )
            cls.supports[code] = cls.subscription(order)

    @classmethod
    def ticket(cls, code="prof", **values):
        """A ticket of the client with the plan ``code``, taken in now."""
        return cls.env["helpdesk.ticket"].create(
            {
                "name": "The report does not open",
                "description": "<p>It says error 17.</p>",
                "company_id": cls.company.id,
                "team_id": cls.team.id,
                "user_id": cls.agent.id,
                "partner_id": cls.clients[code].id,
                "kbs_subscription_id": cls.supports[code].id,
                "kbs_coverage": "covered",
                **values,
            }
        )

    @classmethod
    def clock(cls, ticket, metric="first_response"):
        """The latest clock of ``metric``."""
        clocks = ticket.kbs_sla_target_ids.filtered(lambda x: x.metric == metric)
        return clocks.sorted("cycle")[-1:]

    @classmethod
    def holiday(cls, first, last, calendar=None):
        """Nobody works from ``first`` to ``last``, moments in Kyiv."""
        return cls.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": (calendar or cls.office).id,
                "company_id": False,
                "date_from": kyiv(first),
                "date_to": kyiv(last),
            }
        )

    @classmethod
    def policy(cls, metric="first_response", amount=1, unit="day", **values):
        return cls.env["kbs.sla.policy"].create(
            {"metric": metric, "amount": amount, "unit": unit, **values}
        )

    def at(self, text):
        """Freeze the clock at a moment in Kyiv."""
        return freeze_time(kyiv(text))
