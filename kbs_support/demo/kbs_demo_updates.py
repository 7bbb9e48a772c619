from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

from odoo import Command, api, fields, models

# Code: name, what it does, editions.
PROGRAMS = {
    "acc": (
        "КБС: Бюджетний облік",
        "Облік бюджетної установи за НП(С)БОДС: від первинних документів до звітності.",
        ["Для закладів освіти", "Для закладів охорони здоров’я", "Для громад"],
    ),
    "pay": (
        "КБС: Зарплата та кадри",
        "Розрахунок заробітної плати, кадровий облік, відпустки та лікарняні.",
        ["Стандарт", "Централізована бухгалтерія"],
    ),
    "rep": (
        "КБС: Звітність",
        "Подання звітів до Казначейства, податкової служби та органів статистики.",
        [],
    ),
}

# Program, version, days ago, kind, what it becomes, summary, further values, notes.
# ``fix_of`` is a version of the same program, ``mandatory`` days from today.
RELEASES = [
    (
        "rep", "3.0", 300, "feature", "published",
        "Підписання звітів хмарним ключем",
        {},
        [
            ("new", "Звіти можна підписувати електронним підписом у «Дії»."),
            ("changed", "Список звітів показує, які з них іще не подано."),
        ],
    ),
    (
        "acc", "8.7", 330, "feature", "published",
        "Облік запасів за місцями зберігання",
        {},
        [
            ("new", "Залишки запасів за місцями зберігання та матеріально "
             "відповідальними особами."),
            ("new", "Інвентаризаційний опис друкується за кожним місцем зберігання."),
            ("fixed", "Накладна на внутрішнє переміщення більше не подвоює рядки."),
        ],
    ),
    (
        "acc", "8.8", 240, "law", "published",
        "Зміни до НП(С)БОДС 121 «Основні засоби»",
        {},
        [
            ("action", "Перед закриттям кварталу перевірте строки корисного "
             "використання об’єктів зі списку в меню «Сервіс»."),
            ("law", "Нова вартісна межа необоротних активів згідно зі змінами до "
             "НП(С)БОДС 121."),
            ("changed", "Амортизація нараховується до рівня ліквідаційної вартості."),
        ],
    ),
    (
        "pay", "5.3", 200, "tax", "published",
        "Максимальна база ЄСВ і нова мінімальна заробітна плата",
        {},
        [
            ("law", "Максимальна величина бази нарахування ЄСВ рахується від нової "
             "мінімальної заробітної плати."),
            ("new", "Доплата до мінімальної заробітної плати нараховується сама, "
             "з урахуванням неповного робочого часу."),
        ],
    ),
    (
        "acc", "8.9", 150, "form", "published",
        "Нова форма № 4-1мз і звіт про заборгованість",
        {"mandatory": -120},
        [
            ("action", "Усі установи подають звіт за новою формою: без цієї версії "
             "Казначейство його не прийме."),
            ("law", "Форма № 4-1мз «Звіт про надходження і використання коштів, "
             "отриманих як плата за послуги» з новими рядками."),
            ("law", "Форма № 7м «Звіт про заборгованість за бюджетними коштами» має "
             "графу для простроченої кредиторської заборгованості."),
            ("changed", "Звіти перевіряються між собою до вивантаження."),
        ],
    ),
    (
        "acc", "8.9.1", 140, "fix", "published",
        "Підсумковий рядок форми № 4-1мз",
        {"fix_of": "8.9"},
        [("fixed", "Рядок 050 форми № 4-1мз рахує й видатки розвитку.")],
    ),
    (
        "rep", "3.1", 95, "form", "published",
        "Об’єднана звітність з ПДФО та ЄСВ за новою формою",
        {},
        [
            ("law", "Податковий розрахунок із додатками Д1, 4ДФ і Д5 у новій "
             "редакції."),
            ("changed", "Квитанції другого рівня приходять без повторного входу."),
        ],
    ),
    (
        "rep", "3.1.1", 80, "fix", "published",
        "Вивантаження додатка 4ДФ",
        {"fix_of": "3.1"},
        [("fixed", "Ознака доходу 186 вивантажується у правильній графі.")],
    ),
    (
        "pay", "5.4", 60, "form", "published",
        "Додаток Д1 і лікарняні за новими правилами",
        {"mandatory": 20},
        [
            ("action", "Встановіть версію до подання звіту за квартал."),
            ("law", "Лікарняні розраховуються за новим порядком обчислення середньої "
             "заробітної плати."),
            ("new", "Заява-розрахунок формується для кількох працівників одразу."),
        ],
    ),
    (
        "acc", "8.10", 45, "tax", "published",
        "Ставки податку на нерухоме майно та плата за землю",
        {},
        [
            ("law", "Оновлено коефіцієнти індексації нормативної грошової оцінки "
             "землі."),
            ("new", "Розрахунок плати за землю за кожною ділянкою."),
        ],
    ),
    (
        "pay", "5.5", 12, "tax", "withdrawn",
        "Індексація заробітної плати",
        {"reason": "Індексація за місяць прийняття на роботу рахується двічі. "
         "Залишайтеся на версії 5.4 до виправлення."},
        [("changed", "Індексація рахується за базовим місяцем посади.")],
    ),
    (
        "acc", "8.11", 8, "feature", "published",
        "Пошук платежів за кодом ЄДРПОУ та обмін із Казначейством",
        {"feedback": "Пошук платежів за кодом ЄДРПОУ"},
        [
            ("new", "Платежі знаходяться за кодом ЄДРПОУ одержувача, не лише за "
             "назвою."),
            ("new", "Платіжні інструкції вивантажуються до системи «Мережа» одним "
             "файлом."),
            ("changed", "Зведений меморіальний ордер № 3 відкривається вдвічі швидше."),
            ("fixed", "Оборотна відомість показує субрахунки без залишку на початок."),
        ],
    ),
    (
        "pay", "5.6", 0, "feature", "review",
        "Звіт про заробітну плату за підрозділами",
        {"feedback": "Звіт про заробітну плату за підрозділами"},
        [
            ("new", "Звіт про заробітну плату за підрозділами та джерелами "
             "фінансування."),
            ("fixed", "Індексація за місяць прийняття на роботу рахується один раз."),
        ],
    ),
    (
        "acc", "8.12", -14, "law", "draft",
        "Річна звітність за НП(С)БОДС 101",
        {},
        [("law", "Форми № 1-дс, № 2-дс, № 3-дс і № 4-дс за рік.")],
    ),
]  # fmt: skip

# Client, program, number, version, days since somebody told it, workplace, edition.
COPIES = [
    ("hospital", "acc", "BO-10214", "8.11", 5, "Головний бухгалтер", 1),
    ("hospital", "pay", "ZK-20531", "5.4", 30, "Розрахунковий відділ", 0),
    ("school", "acc", "BO-10377", "8.10", 21, "Бухгалтерія", 0),
    ("council", "acc", "BO-10052", "8.8", 130, "Відділ обліку", 2),
    ("council", "pay", "ZK-20107", "5.3", 130, "Відділ обліку", 0),
    ("museum", "acc", "BO-10488", None, None, "Бухгалтерія", None),
    ("kindergarten", "acc", "BO-10599", "8.7", 260, "Бухгалтер", 0),
    ("library", "rep", "ZV-30044", "3.0", 190, "Бухгалтер", None),
    ("education", "acc", "BO-10008", "8.11", 2, "Централізована бухгалтерія", 0),
    ("education", "rep", "ZV-30002", "3.1.1", 70, "Централізована бухгалтерія", None),
    ("college", "pay", "ZK-20640", "5.4", 40, "Бухгалтерія", 0),
    ("archive", "acc", "BO-10611", "8.9.1", 100, "Бухгалтер", 2),
    ("clinic", "pay", "ZK-20702", None, None, "Бухгалтерія", 0),
]


class KbsDemo(models.AbstractModel):
    """Programs of the demo company, their versions, and who runs which."""

    _inherit = "kbs.demo"

    @api.model
    def _open_website(self):
        """The website is the demo company's, in Ukrainian."""
        # Odoo's blog about travelling is none of ours.
        ours = self.env.ref("kbs_support.blog_blog_kbs_releases")
        self.env["blog.blog"].search([("id", "!=", ours.id)]).active = False
        ukrainian = self.env["res.lang"]._lang_get("uk_UA")
        company = self.env.ref("kbs_support.demo_company")
        website = self.env["website"].search([], limit=1)
        website.write(
            {
                "name": "SOFTKOM",
                "company_id": company.id,
                "logo": company.logo,
                "language_ids": [Command.link(ukrainian.id)],
                "default_lang_id": ukrainian.id,
                # Odoo's first page is empty until somebody draws it.
                "homepage_url": "/tariffs",
            }
        )

    @api.model
    def _release(self):
        """Prepare, review and publish versions, as people do over a year."""
        self = self._speak_ukrainian()
        programs = self._create_programs()
        versions = {}
        for code, version, days, kind, state, summary, more, notes in RELEASES:
            day = self._today() - timedelta(days=days)
            mandatory = more.get("mandatory")
            release = self.env["kbs.release"].create(
                {
                    "software_id": programs[code].id,
                    "version": version,
                    "date": day,
                    "kind": kind,
                    "summary": summary,
                    "fix_of_id": versions.get((code, more.get("fix_of"))),
                    "mandatory_by": mandatory is not None
                    and self._today() + timedelta(days=mandatory),
                    "note_ids": [
                        Command.create({"section": section, "text": text})
                        for section, text in notes
                    ],
                }
            )
            versions[code, version] = release.id
            self._link_feedback(release, more.get("feedback"))
            self._move(release, state, more.get("reason"))

    @api.model
    def _create_programs(self):
        return {
            code: self.env["kbs.software"].create(
                {
                    "code": code,
                    "name": name,
                    "note": note,
                    "edition_ids": [
                        Command.create({"name": edition}) for edition in editions
                    ],
                }
            )
            for code, (name, note, editions) in PROGRAMS.items()
        }

    @api.model
    def _link_feedback(self, release, title):
        """Say that ``release`` brings what somebody proposed under ``title``."""
        if title:
            self.env["kbs.feedback"].search(
                [("title", "=", title), ("state", "!=", "duplicate")]
            ).release_id = release

    @api.model
    def _move(self, release, state, reason):
        """Bring ``release`` to ``state`` by the buttons of the people."""
        if state == "draft":
            return
        self._add_file(release)
        author = self.env.ref("kbs_support.demo_user_sales")
        release.with_user(author).action_review()
        if state == "review":
            return
        release.with_user(
            self.env.ref("kbs_support.demo_user_manager")
        ).action_publish()
        moment = fields.Datetime.to_datetime(release.date) + timedelta(hours=8)
        release.published_at = release.blog_post_id.post_date = moment
        if state == "withdrawn":
            release._withdraw_sudo(reason)

    @api.model
    def _add_file(self, release):
        """Give the version a file: an archive with what is new, as text."""
        archive = BytesIO()
        with ZipFile(archive, "w") as content:
            lines = [release.display_name, release.summary]
            for name, texts in release._get_sections():
                lines += ["", name, *(f"— {text}" for text in texts)]
            content.writestr("Що нового.txt", "\n".join(lines))
        archive.seek(0)
        release._take_file(f"{release.software_id.code}-{release.version}.zip", archive)

    @api.model
    def _install(self):
        """Note the copies of the clients: every status of the version map."""
        self = self._speak_ukrainian()
        programs = self.env["kbs.software"].search([("code", "in", list(PROGRAMS))])
        by_code = {x.code: x for x in programs}
        now = fields.Datetime.now()
        for client, code, number, version, days, place, edition in COPIES:
            software = by_code[code]
            values = {
                "partner_id": self.env.ref(f"kbs_support.demo_partner_{client}").id,
                "company_id": self.env.company.id,
                "software_id": software.id,
                "edition_id": edition is not None and software.edition_ids[edition].id,
                "number": number,
                "place": place,
            }
            if version:
                values |= {"version": version, "last_seen": now - timedelta(days=days)}
            self.env["kbs.installation"].create(values)

    @api.model
    def _speak_ukrainian(self):
        return self.with_context(lang="uk_UA", tz="Europe/Kyiv").with_company(
            self.env.ref("kbs_support.demo_company")
        )
