from datetime import timedelta

from odoo import Command, api, fields, models

CATEGORIES = ["Податки та збори", "Заробітна плата", "Звітність", "Програми КБС"]

# Title, kind, category, readers, programs, tags, days since publication (None: under
# review), days until it is outdated, summary, paragraphs. A paragraph that begins with
# "#" is a heading, one with "1." a step.
ARTICLES = [
    (
        "Максимальна база нарахування ЄСВ: що змінилося",
        "tax", 1, "public", ["pay"], ["ЄСВ", "зарплата"], 120, None,
        "Від якої суми єдиний внесок більше не нараховується і як це перевірити в "
        "розрахунковій відомості.",
        [
            "Максимальна величина бази нарахування єдиного внеску залежить від "
            "мінімальної заробітної плати, встановленої на місяць нарахування.",
            "# Що зробити в програмі",
            "1. Відкрийте «Довідники» → «Ставки та межі» і перевірте дату дії "
            "значення.",
            "1. Перерахуйте відомість працівників, у яких дохід перевищує межу.",
            "1. Сформуйте контрольний звіт «Нарахування ЄСВ понад межу».",
            "Якщо працівник має кілька трудових договорів в одній установі, база "
            "рахується разом за всіма договорами.",
        ],
    ),
    (
        "Як подати звіт за формою № 4-1мз",
        "report", 3, "covered", ["acc", "rep"], ["4-1мз", "Казначейство"], 90, None,
        "Порядок заповнення звіту про надходження і використання коштів, отриманих як "
        "плата за послуги, і типові помилки приймання.",
        [
            "Звіт подають розпорядники, які надають платні послуги, разом із "
            "квартальною "
            "звітністю.",
            "# Заповнення",
            "1. Звірте касові видатки за спеціальним фондом із виписками Казначейства.",
            "1. У програмі відкрийте «Звітність» → «Форма № 4-1мз» і натисніть "
            "«Заповнити».",
            "1. Перевірте рядок 050: він дорівнює сумі видатків споживання та "
            "розвитку.",
            "1. Підпишіть звіт і вивантажте його до системи подання.",
            "# Чому звіт не приймають",
            "Найчастіше залишок на початок року не збігається з річною формою, або "
            "план "
            "не затверджено зі змінами.",
        ],
    ),
    (
        "НП(С)БОДС 121: облік основних засобів у запитаннях",
        "comment", 3, "plan:optima", ["acc"], ["НП(С)БОДС", "основні засоби"], 75, None,
        "Коментар до стандарту: первісна вартість, строк корисного використання, "
        "ліквідаційна вартість і зменшення корисності.",
        [
            "Стандарт застосовують суб’єкти державного сектору до об’єктів, строк "
            "корисного використання яких більший за один рік.",
            "# Коли переглядати строк корисного використання",
            "Строк переглядають на кінець року, якщо змінилися очікувані вигоди від "
            "об’єкта. Нарахування амортизації за новим строком починається з місяця, "
            "наступного за переглядом.",
            "# Ліквідаційна вартість",
            "Якщо ліквідаційну вартість не визначено, вона дорівнює нулю, і об’єкт "
            "амортизується повністю.",
        ],
    ),
    (
        "Оновлення програми КБС за десять хвилин",
        "guide", 4, "public", ["acc", "pay", "rep"], ["оновлення"], 60, None,
        "Покрокова інструкція: копія бази, завантаження версії, встановлення, "
        "перевірка.",
        [
            "1. Закрийте програму на всіх робочих місцях.",
            "1. Зробіть копію бази: «Сервіс» → «Архівування».",
            "1. Завантажте версію в особистому кабінеті, у розділі «Оновлення».",
            "1. Порівняйте контрольну суму файла з тією, що вказана біля нього.",
            "1. Запустіть файл і дочекайтеся повідомлення про успішне оновлення.",
            "1. Відкрийте програму та перевірте номер версії в меню «Довідка».",
            "Якщо під час оновлення з’явилася помилка, не запускайте його вдруге: "
            "створіть звернення й долучіть знімок екрана.",
        ],
    ),
    (
        "Лікарняні: розрахунок середньої заробітної плати",
        "consultation", 2, "covered", ["pay"], ["лікарняні", "зарплата"], 45, None,
        "Який період узяти, які виплати врахувати та що робити, якщо працівник "
        "щойно прийнятий.",
        [
            "Середня заробітна плата обчислюється за дванадцять календарних місяців, "
            "що "
            "передують місяцю настання страхового випадку.",
            "З розрахункового періоду виключають дні, не відпрацьовані з поважних "
            "причин: хвороба, відпустка без збереження заробітної плати, догляд за "
            "дитиною.",
            "Якщо розрахункового періоду немає, розрахунок ведеться від посадового "
            "окладу.",
        ],
    ),
    (
        "Додаток 4ДФ: ознаки доходів для бюджетних установ",
        "tax", 1, "covered", ["pay", "rep"], ["ПДФО", "4ДФ"], 38, None,
        "Таблиця найуживаніших ознак доходу й пояснення, коли застосовується кожна.",
        [
            "Ознака 101 – заробітна плата, разом із відпустковими та лікарняними за "
            "рахунок роботодавця.",
            "Ознака 102 – виплати за цивільно-правовими договорами.",
            "Ознака 126 – додаткове благо; утримання податку на доходи фізичних осіб "
            "показують у тому самому рядку.",
        ],
    ),
    (
        "Закриття року: контрольний список бухгалтера",
        "guide", 3, "plan:premium", ["acc"], ["річний звіт"], 30, None,
        "Двадцять перевірок перед формуванням річної звітності, у порядку виконання.",
        [
            "1. Звірте залишки на рахунках із виписками Казначейства.",
            "1. Проведіть інвентаризацію і відобразіть її результати.",
            "1. Нарахуйте амортизацію за останній квартал.",
            "1. Закрийте рахунки доходів і видатків на фінансовий результат.",
            "1. Сформуйте форми № 1-дс, № 2-дс, № 3-дс і № 4-дс, і виконайте взаємну "
            "перевірку.",
        ],
    ),
    (
        "Індексація заробітної плати: старий порядок",
        "consultation", 2, "public", ["pay"], ["індексація", "зарплата"], 300, -20,
        "Як рахували індексацію за базовим місяцем посади до змін законодавства.",
        [
            "Базовим місяцем уважався місяць підвищення посадового окладу. Поріг "
            "індексації – 103 відсотки.",
        ],
    ),
    (
        "Казначейство змінило формат платіжних інструкцій",
        "news", 4, "public", ["acc"], ["Казначейство"], 10, 40,
        "З наступного місяця платіжні інструкції приймаються за новою структурою "
        "файла. "
        "Потрібна версія 8.11.",
        [
            "Програма КБС: Бюджетний облік формує файли за новою структурою, "
            "починаючи з "
            "версії 8.11. Старіші версії треба оновити.",
            "Платіжні інструкції, підписані до дати переходу, перепідписувати не "
            "потрібно.",
        ],
    ),
    (
        "Відпустка педагогічних працівників: розрахунок за місяцями",
        "consultation", 2, "covered", ["pay"], ["відпустка"], None, None,
        "Як розділити відпусткові між липнем і серпнем, якщо відпустка переходить.",
        ["Суму відпусткових розподіляють пропорційно до календарних днів відпустки."],
    ),
]  # fmt: skip


class KbsDemo(models.AbstractModel):
    """Articles of the demo company, of every kind and for all readers."""

    _inherit = "kbs.demo"

    @api.model
    def _write_library(self):
        """Write, review and publish the articles; some have helped."""
        self = self._speak_ukrainian()
        shelves = self.env["kbs.article.category"].create(
            [{"name": name} for name in CATEGORIES]
        )
        programs = self.env["kbs.software"].search([])  # pylint: disable=no-search-all
        by_code = {x.code: x.id for x in programs}
        articles = self.env["kbs.article"]
        for row in ARTICLES:
            articles += self._write_article(row, shelves, by_code)
        for one, others in ((0, (5, 7)), (1, (5, 6)), (3, (8, 2)), (7, (4, 0))):
            articles[one].related_ids = articles.browse().union(
                *(articles[x] for x in others)
            )
        self._vote(articles)
        first = articles[0].with_user(self.env.ref("kbs_support.demo_user_sales"))
        first.summary = f"{first.summary} З прикладом."

    @api.model
    def _write_article(self, row, shelves, programs):
        name, kind, shelf, readers, codes, tags, days, left, summary, lines = row
        visibility, _colon, plan = readers.partition(":")
        article = (
            self.env["kbs.article"]
            .with_user(self.env.ref("kbs_support.demo_user_agent"))
            .create(
                {
                    "name": name,
                    "kind": kind,
                    "category_id": shelves[shelf - 1].id,
                    "visibility": visibility,
                    "plan_from_id": plan
                    and self.env.ref(f"kbs_support.kbs_plan_{plan}").id,
                    "software_ids": [Command.set([programs[x] for x in codes])],
                    "tag_ids": [Command.set(self._get_tags(tags).ids)],
                    "valid_until": left and self._today() + timedelta(days=left),
                    "summary": summary,
                    "body": self._to_html(lines),
                }
            )
        )
        article.action_review()
        if days is not None:
            article.with_user(
                self.env.ref("kbs_support.demo_user_manager")
            ).action_publish()
            moment = fields.Datetime.now() - timedelta(days=days)
            article.sudo().write({"published_at": moment, "changed_at": moment})
        return article

    @api.model
    def _get_tags(self, names):
        tags = self.env["kbs.article.tag"].search([("name", "in", names)])
        missing = [x for x in names if x not in tags.mapped("name")]
        return tags | tags.create([{"name": x} for x in missing])

    @api.model
    def _to_html(self, lines):
        pieces, is_list = [], False
        for line in lines:
            is_step = line.startswith("1. ")
            if is_step != is_list:
                pieces.append("<ol>" if is_step else "</ol>")
                is_list = is_step
            if is_step:
                pieces.append(f"<li>{line[3:]}</li>")
            elif line.startswith("# "):
                pieces.append(f"<h2>{line[2:]}</h2>")
            else:
                pieces.append(f"<p>{line}</p>")
        return "".join(pieces) + ("</ol>" if is_list else "")

    @api.model
    def _vote(self, articles):
        clients = self.env["res.partner"].search(
            [("is_company", "=", True), ("ref", "=", False)], limit=5, order="id"
        )
        for number, article in enumerate(articles[:5]):
            for place, client in enumerate(clients[: 5 - number]):
                article._vote_sudo(place != 3, client)
