"""Numbers with their words, as each language inflects them."""

from babel.units import format_unit

from odoo.tools.misc import babel_locale_parse, get_lang

INNER_QUOTES = str.maketrans("«»", "„“")


def format_count(env, unit, number):
    """Return ``number`` with its unit in the language of ``env``.

    :param str unit: ``day`` or ``month``

    26 months are "26 місяців", 2 are "2 місяці".
    """
    locale = babel_locale_parse(get_lang(env).code)
    return format_unit(number, f"duration-{unit}", "long", locale=locale)


def format_minutes(env, minutes):
    """Return minutes as "2 h 10 min" in the language of ``env``.

    :param int minutes: zero or more
    """
    hours, rest = divmod(minutes, 60)
    if not hours:
        return env._("%(minutes)s min", minutes=rest)
    if not rest:
        return env._("%(hours)s h", hours=hours)
    return env._("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)


def format_signed_minutes(env, minutes):
    """Return minutes as :func:`format_minutes` does, with a minus where it is due."""
    return ("−" if minutes < 0 else "") + format_minutes(env, abs(minutes))


def nest_quotes(env, name):
    """Return ``name`` as it stands between quotation marks in the language of ``env``.

    Ukrainian has other marks inside of «»: Клієнт «КНП „Лікарня“». The apostrophe
    and straight marks stay as they are.
    """
    if not name or not get_lang(env).code.startswith("uk"):
        return name
    return name.translate(INNER_QUOTES)
