"""Measures the library: bench/library.py DATABASE [CLIENTS].

Run by `make bench`. Twenty articles for each client asked for (20,000 by default), of
some thousand Ukrainian words in all their forms. A search by a client who may read a
part of them must take less than a second, for a word that most of them have and for
rare ones.
"""

import random
import resource
import sys
import time

from lib import Watch, make_company, run

ARTICLES = 20  # for each client asked for
BATCH = 500
LENGTH = 250  # words of an article
LIMIT = 1  # seconds
WORDS = """
    заробітна плата звіт установа бюджет казначейство рахунок видатки кошти програма
    оновлення версія працівник відпустка лікарняний податок внесок нарахування
    амортизація актив запаси інвентаризація накладна договір послуга оплата
    закупівля тендер кошторис асигнування доходи фонд субвенція громада школа
    лікарня музей бібліотека педагог лікар оклад доплата надбавка премія індексація
    табель наказ посада стаж пенсія декрет форма рядок графа показник залишок оборот
    проводка журнал ордер баланс стандарт закон постанова інструкція порядок строк
    дата квартал місяць рік помилка виправлення файл підпис ключ сервер база копія
    архів користувач пароль довідник документ меню кнопка
""".split()
QUERIES = (
    "звіт",
    "заробітної плати",
    "нарахуванням амортизації активів",
    "субвенція громадам на лікарні",
    "звітами інвент",
    "немаєтакогослова",
)


def make_forms():
    """Return the forms of the words, and which of them come often."""
    import pymorphy3  # noqa: PLC0415 - what it takes is measured

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.monotonic()
    analyzer = pymorphy3.MorphAnalyzer(lang="uk")
    seconds = time.monotonic() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    sys.stdout.write(f"dictionary loaded in {seconds:.2f} s, {grown:.0f} MB\n")
    forms = []
    for word in WORDS:
        forms += sorted({x.word for x in analyzer.parse(word)[0].lexeme})
    return forms


def fill(env, forms, count):
    generator = random.Random(7)
    weights = [1 / (number % 97 + 1) for number in range(len(forms))]
    # Words that are in few articles only, as names and numbers are.
    rare = [f"{generator.choice(forms)}{number}" for number in range(5000)]

    def text(length):
        words = generator.choices(forms, weights, k=length)
        return " ".join(words + generator.choices(rare, k=length // 20))

    with Watch(env, "articles written", count):
        for start in range(0, count, BATCH):
            articles = env["kbs.article"].create(
                [
                    {
                        "name": text(8).capitalize(),
                        "kind": generator.choice(("news", "guide", "report")),
                        "summary": text(30),
                        "body": f"<p>{text(LENGTH)}</p>",
                        "visibility": generator.choice(("public", "covered")),
                    }
                    for _number in range(min(BATCH, count - start))
                ]
            )
            articles.action_review()
            articles.action_publish()
            env.cr.commit()
            env.invalidate_all()
    env.cr.execute("ANALYZE kbs_article")


def measure_search(env, query, user):
    articles = env["kbs.article"]
    articles._search_text(query, user)  # as a warm server
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.monotonic()
    total, rows = articles._search_text(query, user)
    seconds = time.monotonic() - start
    queries = env.cr.sql_log_count - queries
    sys.stdout.write(
        f"{query:<36} {total:>6} found, {len(rows):>2} shown, "
        f"{seconds * 1000:6.0f} ms, {queries} queries\n"
    )
    if seconds > LIMIT:
        sys.exit(f"A search took {seconds:.2f} s; it has {LIMIT} s.")


def measure(env, count):
    make_company(env)
    fill(env, make_forms(), count * ARTICLES)
    user = env.ref("base.public_user")
    for query in QUERIES:
        measure_search(env, query, user)
    start = time.monotonic()
    env["kbs.article"]._suggest("Чому звіт про заробітну плату не друкується?", user)
    sys.stdout.write(f"suggestions in {(time.monotonic() - start) * 1000:.0f} ms\n")


if __name__ == "__main__":
    run(measure, sys.argv, 1000)
