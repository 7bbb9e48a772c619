from datetime import time, timedelta

from odoo import Command, api, fields, models

# Who writes (demo client, or an address), from how many hours ago, what about.
TICKETS = [
    (
        "hospital_accountant",
        2,
        "Не проводиться накладна на списання",
        "Після оновлення при проведенні накладної з'являється помилка «Немає "
        "залишку», хоча залишок на складі є.",
    ),
    (
        "school",
        26,
        "Як відобразити відрядження за кордон?",
        "Працівниця їде на три дні до Польщі. Якими проводками показати добові?",
    ),
    (
        "council",
        5,
        "Не відкривається звіт 4-1мз",
        "Програма закривається, щойно відкриваємо звіт за квартал.",
    ),
    (
        "library",
        3,
        "Потрібна консультація щодо інвентаризації",
        "Чи можна провести інвентаризацію частинами?",
    ),
    (
        "archive",
        30,
        "Відновлення бази з копії",
        "Після заміни комп'ютера треба відновити базу.",
    ),
    (
        "Марія Коваль <m.koval@likarnia.example.com>",
        1,
        "Доступ для нового бухгалтера",
        "Я працюю в лікарні з понеділка. Як мені увійти до програми?",
    ),
]


class KbsDemo(models.AbstractModel):
    """Tickets of the demo database: covered and not, by contact and by e-mail."""

    _inherit = "kbs.demo"

    @api.model
    def _take_tickets(self):
        """Set up the line, and take in what clients have written."""
        self = self.with_context(
            lang="uk_UA", tz="Europe/Kyiv", mail_create_nosubscribe=True
        ).with_company(self.env.ref("kbs_support.demo_company"))
        self._set_up_line()
        now = fields.Datetime.now()
        tickets = self.env["helpdesk.ticket"].create(
            [
                self._prepare_ticket(sender, name, text)
                | {"kbs_received_at": now - timedelta(hours=hours)}
                for sender, hours, name, text in TICKETS
            ]
        )
        lead = self.env.ref("kbs_support.demo_user_sales")
        archive = tickets[4].with_user(lead)
        archive._kbs_grant_exception("Лист начальника: відновлення бази терміново")

    @api.model
    def _set_up_line(self):
        lead = self.env.ref("kbs_support.demo_user_sales")
        agent = self.env.ref("kbs_support.demo_user_agent")
        self.env.ref("kbs_support.helpdesk_ticket_team_kbs_line").write(
            {
                "user_id": lead.id,
                "user_ids": [Command.set((lead | agent).ids)],
            }
        )
        night = self.env.company._kbs_to_utc(self._today(), time(18))
        self.env["kbs.duty"].create(
            [
                {
                    "user_id": (agent if number % 2 else lead).id,
                    "date_from": night + timedelta(days=number),
                    "date_to": night + timedelta(days=number, hours=15),
                    "note": "Нічна лінія",
                }
                for number in range(4)
            ]
        )

    @api.model
    def _prepare_ticket(self, sender, name, text):
        values = {"name": name, "description": f"<p>{text}</p>"}
        if "@" in sender:
            values["partner_email"] = sender
        else:
            partner = self.env.ref(f"kbs_support.demo_partner_{sender}")
            values |= {
                "partner_id": partner.id,
                "partner_name": partner.name,
                "partner_email": partner.email,
            }
        return values
