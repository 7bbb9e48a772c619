from datetime import time, timedelta

from odoo import api, fields, models

# Client, rating (of 5) and what the client said, about what, hours since intake.
CLOSED = [
    ("school", 5, "Дякую, пояснили просто і по суті.", "Нарахування відпускних", 50),
    ("council", 3, "", "Друк платіжної інструкції", 29),
    (
        "museum",
        1,
        "Відповідь прийшла пізно, ми вже розібралися самі.",
        "Помилка під час закриття місяця",
        74,
    ),
]


class KbsDemo(models.AbstractModel):
    """What people do with tickets: talks, call-backs, merging, ratings, outages."""

    _inherit = "kbs.demo"

    @api.model
    def _use_tools(self):
        """Leave something on each screen of the consultation line."""
        self = self.with_context(
            lang="uk_UA", tz="Europe/Kyiv", mail_create_nosubscribe=True
        ).with_company(self.env.ref("kbs_support.demo_company"))
        self._close_and_rate()
        self._talk()
        self._order_calls()
        self._merge()
        self._have_outages()
        self._be_absent()

    @api.model
    def _take_in(self, client, hours, name, text, **values):
        values |= self._prepare_ticket(client, name, text)
        received = fields.Datetime.now().replace(second=0) - timedelta(hours=hours)
        return self.env["helpdesk.ticket"].create(
            {**values, "kbs_received_at": received}
        )

    @api.model
    def _get_ticket(self, client):
        """The ticket that ``client`` wrote first."""
        partner = self.env.ref(f"kbs_support.demo_partner_{client}")
        return self.env["helpdesk.ticket"].search(
            [("partner_id", "=", partner.id)], order="id", limit=1
        )

    @api.model
    def _say(self, ticket, author, text):
        ticket.with_user(author).sudo().message_post(
            body=text,
            author_id=author.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    @api.model
    def _close_and_rate(self):
        agent = self.env.ref("kbs_support.demo_user_agent")
        reason = self.env.ref("kbs_support.kbs_ticket_close_reason_solved")
        for client, rate, feedback, name, hours in CLOSED:
            ticket = self._take_in(client, hours, name, "Підкажіть, будь ласка.")
            ticket.user_id = agent
            self._say(ticket, agent, "Добрий день! Пояснення – у вкладеній інструкції.")
            ticket.with_user(agent)._kbs_close(
                reason, "Раді були допомогти. Звернення закриваємо."
            )
            token = ticket._rating_get_access_token()
            ticket.rating_apply(rate, token=token, feedback=feedback)

    @api.model
    def _talk(self):
        """The accountant of the hospital asks again, so the next answer is due."""
        ticket = self._get_ticket("hospital_accountant")
        agent = self.env.ref("kbs_support.demo_user_agent")
        client = self.env.ref("kbs_support.demo_user_client")
        self._say(
            ticket,
            agent,
            "Добрий день! Перевірте, чи збігається дата накладної з датою залишку.",
        )
        self._say(ticket, client, "Дати збігаються. Помилка та сама.")

    @api.model
    def _order_calls(self):
        """One is due soon, one not answered yet, one talked, one given up."""
        now = fields.Datetime.now().replace(second=0, microsecond=0)
        hours = self.env.company._kbs_get_people_calendar()._kbs_get_work_time(
            self.env.company
        )
        soon = hours.next_open(now + timedelta(hours=2))
        self._order_call("school_accountant", soon, "Налаштування електронного підпису")
        self._order_call(
            "education", now - timedelta(hours=2), "Перенесення залишків",
            ("no_answer", 110), ("busy", 60),
        )  # fmt: skip
        self._order_call(
            "college_accountant", now - timedelta(hours=4), "Оновлення програми",
            ("no_answer", 230), ("talked", 200),
        )  # fmt: skip
        self._order_call(
            "council_accountant", now - timedelta(hours=6), "Звірка з казначейством",
            ("no_answer", 350), ("no_answer", 290), ("busy", 180),
        )  # fmt: skip

    @api.model
    def _order_call(self, client, moment, topic, *calls):
        """Take a call-back in, and log ``calls``: result, and how many minutes ago."""
        agent = self.env.ref("kbs_support.demo_user_agent")
        ticket = self._take_in(
            client, 8, topic, "Прошу зателефонувати.",
            channel_id=self.env.ref(
                "kbs_support.helpdesk_ticket_channel_kbs_callback"
            ).id,
            kbs_callback_at=moment,
            kbs_callback_phone="+380 44 123 45 67",
        )  # fmt: skip
        ticket.user_id = agent
        for result, minutes in calls:
            self.env["kbs.call"].with_user(agent).create(
                {
                    "ticket_id": ticket.id,
                    "phone": ticket.kbs_callback_phone,
                    "result": result,
                    "minutes": 6 if result == "talked" else 0,
                    "moment": fields.Datetime.now() - timedelta(minutes=minutes),
                }
            )

    @api.model
    def _merge(self):
        target = self._get_ticket("hospital_accountant")
        again = self._take_in(
            "hospital_accountant", 1, "Ще раз про накладну на списання",
            "Спробували вдруге, не проводиться.",
        )  # fmt: skip
        again._kbs_merge_into(target)

    @api.model
    def _have_outages(self):
        start = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        states = self.env.ref("kbs_support.state_ua_32")  # around Kyiv
        states |= self.env.ref("kbs_support.state_ua_18")  # around Zhytomyr
        self.env["kbs.blackout"].create(
            [
                {
                    "kind": kind,
                    "date_start": start - timedelta(hours=hours),
                    "date_end": start - timedelta(hours=hours - long),
                    "region_ids": regions.ids,
                    "note": note,
                    "user_id": self.env.ref("kbs_support.demo_user_sales").id,
                }
                for kind, hours, long, regions, note in (
                    ("power", 22, 4, states, "Графік погодинних відключень"),
                    ("raid", 16, 1, states, "Повідомлення обласної адміністрації"),
                    ("network", 68, 2, states.browse(), "Аварія у провайдера"),
                )
            ]
        )

    @api.model
    def _be_absent(self):
        start = self.env.company._kbs_to_utc(self._today() + timedelta(days=6), time(0))
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Відпустка",
                "kbs_user_id": self.env.ref("kbs_support.demo_user_agent").id,
                "date_from": start,
                "date_to": start + timedelta(days=5),
            }
        )
