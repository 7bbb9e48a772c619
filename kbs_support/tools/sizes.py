"""Sizes of files in words."""

from babel.numbers import format_decimal

from odoo.tools.misc import babel_locale_parse, get_lang

KIB, MIB, GIB = 2**10, 2**20, 2**30


def format_size(env, size):
    """Return a size in bytes as "312.4 MB" in the language of ``env``.

    As people see it on their computers: a kilobyte has 1024 bytes.
    """
    if size >= GIB:
        return env._("%(size)s GB", size=_format(env, size / GIB, "#,##0.00"))
    if size >= MIB:
        return env._("%(size)s MB", size=_format(env, size / MIB, "#,##0.0"))
    if size >= KIB:
        return env._("%(size)s KB", size=_format(env, size / KIB, "#,##0"))
    return env._("%(size)s bytes", size=size)


def _format(env, number, pattern):
    locale = babel_locale_parse(get_lang(env).code)
    return format_decimal(number, pattern, locale=locale)
