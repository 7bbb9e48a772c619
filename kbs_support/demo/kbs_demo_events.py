from datetime import time, timedelta

from odoo import Command, api, models

# Key, title, subtitle, organiser, days from today, first and last hour, academic
# hours, price, what plans give (plan: kind, percent, seats), place, paragraphs.
EVENTS = [
    (
        "report",
        "Річна звітність бюджетної установи: підготовка без поспіху",
        "Вебінар: що перевірити у грудні, щоб у січні лише натиснути «Сформувати»",
        None,
        -14,
        10,
        13,
        4.0,
        600,
        {"prof": ("discount", 50, 0)},
        None,
        [
            "Звірка залишків із Казначейством, інвентаризація, закриття рахунків "
            "доходів і видатків – у тому порядку, в якому їх зручно виконувати у "
            "програмі.",
            "Наприкінці – пів години запитань і відповідей.",
        ],
    ),
    (
        "assets",
        "НП(С)БОДС 121 «Основні засоби»: складні випадки обліку",
        "Вебінар: безоплатне отримання, поліпшення, зменшення корисності",
        "demo_partner_sab",
        10,
        10,
        14,
        5.0,
        800,
        {"prof": ("discount", 50, 0)},
        None,
        [
            "Як відобразити безоплатно отримані об’єкти, коли капіталізувати ремонт і "
            "як переглянути строк корисного використання.",
            "Кожен приклад показуємо у програмі «КБС Бухгалтерія»: документ, "
            "проведення, рядок звіту.",
            "Учасники отримують запис і збірку прикладів.",
        ],
    ),
    (
        "payroll",
        "Заробітна плата в бюджетній установі: зміни та перевірки",
        "Семінар для бухгалтерів із розрахунків, кількість місць обмежена",
        "demo_partner_training_centre",
        25,
        9,
        16,
        8.0,
        1500,
        {"prof": ("discount", 20, 0), "optima": ("free", 0, 2)},
        "demo_partner_training_centre",
        [
            "Посадові оклади, надбавки, індексація, лікарняні й відпускні: що "
            "змінилося і на що звертають увагу перевіряльники.",
            "Практична частина: контрольні звіти у програмі «КБС Зарплата».",
        ],
    ),
]


class KbsDemo(models.AbstractModel):
    """Training events of the demo company, and who takes part."""

    _inherit = "kbs.demo"

    @api.model
    def _teach(self):
        self = self.with_context(
            lang="uk_UA", tz="Europe/Kyiv", install_mode=True
        ).with_company(self.env.ref("kbs_support.demo_company"))
        events = {row[0]: self._announce(*row[1:]) for row in EVENTS}
        attended = self._join(events["report"], "hospital", "council")
        attended.action_set_done()
        self._join(events["assets"], "council", "school")
        self._join(events["payroll"], "hospital")

    @api.model
    def _announce(
        self, title, subtitle, organiser, days, first, last, hours, price, plans, place,
        words,
    ):  # fmt: skip
        company = self.env.company
        day = self._today() + timedelta(days=days)
        host = organiser and self.env.ref(f"kbs_support.{organiser}")
        event = self.env["event.event"].create(
            {
                "name": title,
                "subtitle": subtitle,
                "company_id": company.id,
                "organizer_id": (host or company.partner_id).id,
                "user_id": self.env.ref("kbs_support.demo_user_manager").id,
                "date_tz": company.kbs_tz,
                "date_begin": company._kbs_to_utc(day, time(first)),
                "date_end": company._kbs_to_utc(day, time(last)),
                "address_id": place and self.env.ref(f"kbs_support.{place}").id,
                "kbs_hours": hours,
                "description": "".join(f"<p>{x}</p>" for x in words),
                "website_published": True,
                "seats_limited": bool(place),
                "seats_max": 30 if place else 0,
                "event_ticket_ids": [
                    Command.create(
                        {
                            "name": "Участь",
                            "price": price,
                            "product_id": self.env.ref(
                                "event_product.product_product_event"
                            ).id,
                        }
                    )
                ],
            }
        )
        ticket = event.event_ticket_ids
        self.env["kbs.event.benefit"].create(
            [
                {
                    "ticket_id": ticket.id,
                    "plan_id": self.env.ref(f"kbs_support.kbs_plan_{plan}").id,
                    "kind": kind,
                    "discount": percent,
                    "seats": seats,
                }
                for plan, (kind, percent, seats) in plans.items()
            ]
        )
        return event

    @api.model
    def _join(self, event, *clients):
        people = [
            self.env.ref(f"kbs_support.demo_partner_{x}_accountant") for x in clients
        ]
        return self.env["event.registration"].create(
            [
                {
                    "event_id": event.id,
                    "event_ticket_id": event.event_ticket_ids.id,
                    "partner_id": person.id,
                    "name": person.name,
                    "email": person.email,
                    "company_name": person.commercial_partner_id.name,
                }
                for person in people
            ]
        )
