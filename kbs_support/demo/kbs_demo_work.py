from datetime import timedelta

from odoo import api, fields, models

# On which ticket (see kbs_demo_ticket.py), kind, minutes, what was done.
WORK = [
    ("Не проводиться накладна на списання", "consultation", 25, "Пояснили причину"),
    (
        "Не проводиться накладна на списання",
        "other",
        95,
        "Перепровели документи за місяць",
    ),
    ("Не відкривається звіт 4-1мз", "programmer", 140, "Виправили форму звіту"),
    ("Потрібна консультація щодо інвентаризації", "other", 40, "Підготували відомість"),
    ("Відновлення бази з копії", "other", 75, "Відновили базу з копії"),
]

# Remote sessions: on which ticket, hours ago, minutes, workplace, what was done.
SESSIONS = [
    (
        "Відновлення бази з копії",
        26,
        35,
        "Комп’ютер головного бухгалтера",
        "Перевірили копію бази та відновили її",
    ),
    (
        "Не відкривається звіт 4-1мз",
        4,
        20,
        "Комп’ютер економіста",
        "Оновили форму звіту та показали, як її заповнити",
    ),
]


class KbsDemo(models.AbstractModel):
    """Work of the demo company on the tickets of its clients."""

    _inherit = "kbs.demo"

    @api.model
    def _work(self):
        self = self.with_context(lang="uk_UA", tz="Europe/Kyiv")
        agent = self.env.ref("kbs_support.demo_user_agent")
        company = self.env.ref("kbs_support.demo_company")
        tickets = self.env["helpdesk.ticket"].search(
            [("name", "in", [name for name, *_rest in WORK])]
        )
        by_name = {x.name: x for x in tickets}
        self.env["account.analytic.line"].with_user(agent).create(
            [
                {
                    "kbs_ticket_id": by_name[name].id,
                    "kbs_kind": kind,
                    "unit_amount": minutes / 60,
                    "date": company._kbs_today(),
                    "name": text,
                }
                for name, kind, minutes, text in WORK
                if name in by_name
            ]
        )

    @api.model
    def _connect(self):
        """Remote sessions, as specialists note them, with their protocols."""
        self = self.with_context(lang="uk_UA", tz="Europe/Kyiv")
        agent = self.env.ref("kbs_support.demo_user_agent")
        now = fields.Datetime.now()
        for name, hours, minutes, workplace, result in SESSIONS:
            ticket = self.env["helpdesk.ticket"].search([("name", "=", name)], limit=1)
            if not ticket:
                continue
            work = self.env["kbs.ticket.work"].with_user(agent)
            work.create(
                {
                    "ticket_id": ticket.id,
                    "mode": "log",
                    "kind": "remote",
                    "date_start": now - timedelta(hours=hours),
                    "hours": minutes / 60,
                    "has_consent": True,
                    "consent_name": ticket.partner_id.name,
                    "connection_id": f"4{ticket.id:02} 318 {ticket.id:03}",
                    "workplace": workplace,
                    "name": result,
                    "outcome": "solved",
                }
            ).action_apply()

    @api.model
    def _book(self):
        """A session that is booked for the first free time of who works on a ticket."""
        self = self.with_context(lang="uk_UA", tz="Europe/Kyiv")
        ticket = self.env["helpdesk.ticket"].search([("name", "=", SESSIONS[1][0])])
        slots = ticket._kbs_get_free_slots_sudo() if len(ticket) == 1 else {}
        for moment, user in list(slots.items())[:1]:
            self.env["kbs.booking"].with_user(user).create(
                {
                    "ticket_id": ticket.id,
                    "user_id": user.id,
                    "date_start": moment,
                    "note": "Перевірити звіт на новому комп’ютері",
                }
            )
