from datetime import timedelta

from odoo import api, models


class KbsDemo(models.AbstractModel):
    """Makes the proposals, complaints and remarks of the demo database."""

    _inherit = "kbs.demo"

    @api.model
    def _give_feedback(self):
        """Give feedback of every kind and status, with votes and a late complaint."""
        self = self.with_context(lang="uk_UA", tz="Europe/Kyiv").with_company(
            self.env.ref("kbs_support.demo_company")
        )
        self._give_proposals()
        self._give_complaints()
        self._write_one("council", "remark", "Дрібний шрифт у звіті про залишки",
                        "На друку цифри ледве видно.", days=3)  # fmt: skip

    @api.model
    def _give_proposals(self):
        wanted = self._write_one(
            "school", "proposal", "Звіт про заробітну плату за підрозділами",
            "Щомісяця зводимо його вручну в таблиці.", days=40,
        )  # fmt: skip
        wanted.action_publish()
        for client in ("council", "museum", "library"):
            partner = self.env.ref(f"kbs_support.demo_partner_{client}")
            wanted._vote_sudo({wanted: partner})
        wanted._move_sudo("analysis")
        same = self._write_one(
            "kindergarten", "proposal", "Зарплата по відділах", "Дуже потрібно.", days=9
        )
        same._join(wanted)
        wanted._move_sudo("planned", "Уже пишемо, дякуємо.", "Осінній випуск")
        own = self._write_one(
            "hospital_accountant", "proposal", "Пошук платежів за кодом ЄДРПОУ",
            "Зараз шукаємо лише за назвою, а вони схожі.", days=12,
        )  # fmt: skip
        own._move_sudo("analysis")

    @api.model
    def _give_complaints(self):
        self._write_one("hospital_accountant", "complaint", "Довго чекали на дзвінок",
                        "Просили передзвонити до обіду, подзвонили наступного дня.",
                        days=16)  # fmt: skip
        self._write_one("culture", "complaint", "Рахунок прийшов двічі",
                        "Два однакові рахунки за один місяць.", days=33)  # fmt: skip
        answered = self._write_one(
            "school", "complaint", "Оновлення зупинило роботу",
            "Пів дня не могли провести платежі.", days=25,
        )  # fmt: skip
        answered._decide_sudo("done", "Помилку виправлено, вибачте нам.")
        self.env["kbs.feedback"].search([("answer_due", "!=", False)])._take_steps()

    @api.model
    def _write_one(self, client, kind, title, text, days):
        return self.env["kbs.feedback"].create(
            {
                "kind": kind,
                "title": title,
                "text": text,
                "partner_id": self.env.ref(f"kbs_support.demo_partner_{client}").id,
                "user_id": self.env.ref("kbs_support.demo_user_agent").id,
                "received_on": self._today() - timedelta(days=days),
            }
        )
