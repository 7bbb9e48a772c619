from typing import NamedTuple

from odoo.fields import Domain
from odoo.http import request
from odoo.tools import groupby

from odoo.addons.portal.controllers.portal import pager

from .typed import read_line

STEP = 20  # rows of a page
MAX_SEARCH = 200  # characters
MAX_PAGE = 10_000


class Select(NamedTuple):
    """One choice in the bar above a list.

    ``name`` is its name in the address, ``label`` what is read aloud. ``options`` is
    ``{key: (words, meaning)}``; the first one holds where nothing is chosen. A
    meaning is a domain, an order, or a field to group by.
    """

    name: str
    label: str
    options: dict


class PortalList:
    """What a reader asks of one list: to search, narrow, sort and group it.

    What cannot be read in the address is as if it was not asked. ``selects`` are the
    choices of the list; those named ``sortby`` and ``groupby`` (as in Odoo's own
    lists) sort and group, all others narrow.
    """

    def __init__(self, url, query, selects=(), placeholder=None, kept=None, step=STEP):
        """Read the address.

        :param dict query: what stands in it
        :param str placeholder: what may be searched for; without it there is no search
        :param dict kept: other values that are to stay in the address
        """
        self.url, self.step, self.selects = url, step, selects
        self.placeholder, self.kept = placeholder, kept or {}
        self.search = read_line(query, "search")[:MAX_SEARCH] if placeholder else ""
        self.chosen = {x.name: _read(query, x) for x in selects}

    def get(self, name):
        """Return the meaning of what is chosen in the select ``name``, or None."""
        for select in self.selects:
            if select.name == name:
                return select.options[self.chosen[name]][1]
        return None

    @property
    def domain(self):
        """All that narrows the list, without the words that are searched."""
        names = [x.name for x in self.selects if x.name not in ("sortby", "groupby")]
        return Domain.AND([self.get(name) or Domain.TRUE for name in names])

    @property
    def order(self):
        """What the rows are sorted by: their group first, so that it stays whole."""
        return ", ".join(x for x in (self.get("groupby"), self.get("sortby")) if x)

    @property
    def is_narrowed(self):
        """Say whether the list shows less than there is."""
        return bool(self.search) or self.domain != Domain.TRUE

    def page(self, total, number):
        """Return Odoo's pager; a page too far is the last one.

        Its ``offset`` is where the rows of the page begin.
        """
        return pager(
            url=self.url,
            total=total,
            page=min(max(number, 1), MAX_PAGE),
            step=self.step,
            url_args=self._get_asked(),
        )

    def get_url(self, number=1):
        """Return the address of a page of the list, with all that is asked."""
        return self.page(number * self.step, number)["page"]["url"]

    def split(self, rows, key="group"):
        """Return ``[(heading, rows)]``; without a grouping one part without heading.

        :param rows: dicts with their heading under ``key``
        """
        if not self.get("groupby"):
            return [(None, rows)] if rows else []
        return list(groupby(rows, lambda row: row[key]))

    def prepare_bar(self):
        """Return what the template ``portal_list_bar`` shows."""
        return {
            "url": self.url,
            "search": self.search,
            "placeholder": self.placeholder,
            "kept": self.kept,
            "selects": [
                {
                    "name": x.name,
                    "label": x.label,
                    "options": [
                        (key, words, key == self.chosen[x.name])
                        for key, (words, _meaning) in x.options.items()
                    ],
                }
                for x in self.selects
                if len(x.options) > 1
            ],
        }

    def _get_asked(self):
        """Return what the address has to say, without what holds anyway."""
        asked = {
            x.name: self.chosen[x.name]
            for x in self.selects
            if self.chosen[x.name] != next(iter(x.options))
        }
        if self.search:
            asked["search"] = self.search
        return asked | self.kept


def all_or(label, options):
    """Return the options of a select that narrows, with "everything" at first.

    :param options: list of ``(key, words, meaning)``
    """
    return {"": (label, Domain.TRUE)} | {
        str(key): (words, Domain(meaning)) for key, words, meaning in options
    }


def group_select(words, fields):
    """Return the select of groupings.

    :param words: ``{key: words}``
    :param fields: ``{key: field}``
    """
    env = request.env
    options = {key: (words[key], field) for key, field in fields.items()}
    return Select(
        "groupby", env._("Group by"), {"none": (env._("Not grouped"), None)} | options
    )


def sort_select(words, orders):
    """Return the select of orders; the first one holds.

    :param words: ``{key: words}``
    :param orders: ``{key: order}``
    """
    options = {key: (words[key], order) for key, order in orders.items()}
    return Select("sortby", request.env._("Sort by"), options)


def _read(query, select):
    asked = read_line(query, select.name)
    return asked if asked in select.options else next(iter(select.options))
