"""Why a deadline is what it is (rule L6): time in stretches, each with its reason.

Pure functions over moments. All are UTC without a time zone; intervals are as in
:mod:`work_time`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pytz import timezone, utc

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stretch:
    """Time from ``start`` to ``end`` of one kind.

    ``kind`` is ``counted``, ``pause``, ``outage``, ``holiday``, ``weekend`` or
    ``night``; ``label`` names the holiday, the outage or the reason of the pause.
    """

    kind: str
    start: datetime
    end: datetime
    label: str = ""

    @property
    def minutes(self):
        return round((self.end - self.start).total_seconds() / 60)


def tell(start, end, hours, tz, holidays=(), outages=(), pauses=()):
    """Return the time from ``start`` to ``end`` as a list of :class:`Stretch`.

    :param hours: intervals of working hours, from well before ``start`` until well
        after ``end``, holidays included
    :param str tz: time zone in which days begin
    :param holidays: ``(start, end, label)``, as are ``outages`` and ``pauses``, whose
        end may be None
    """
    marked = {"holiday": holidays, "outage": outages, "pause": pauses}
    cuts = {start, end}
    for found in (hours, *marked.values()):
        for begin, finish, *__ in found:
            cuts |= {x for x in (begin, finish) if x and start < x < end}
    cuts = sorted(cuts)
    told = []
    for begin, finish in zip(cuts, cuts[1:], strict=False):
        kind, label = _explain(begin, hours, tz, marked)
        last = told[-1] if told else None
        if last and (last.kind, last.label) == (kind, label):
            told[-1] = Stretch(kind, last.start, finish, label)
        else:
            told.append(Stretch(kind, begin, finish, label))
    return told


def _explain(moment, hours, tz, marked):
    """Say of what kind the time just after ``moment`` is."""
    if not any(begin <= moment < end for begin, end in hours):
        return _explain_free(moment, hours, tz), ""
    for kind, found in marked.items():
        for begin, end, label in found:
            if begin <= moment and (end is None or moment < end):
                return kind, label
    return "counted", ""


def _explain_free(moment, hours, tz):
    """A gap in the working hours with a whole day in it is a weekend, else a night."""
    before = max((end for __, end in hours if end <= moment), default=None)
    after = min((begin for begin, __ in hours if begin > moment), default=None)
    if before is None or after is None:
        return "weekend"
    zone = timezone(tz)
    first = utc.localize(before).astimezone(zone)
    midnight = datetime.combine(first.date() + ONE_DAY, datetime.min.time())
    if first.hour == first.minute == 0:
        midnight -= ONE_DAY
    whole = zone.localize(midnight + ONE_DAY).astimezone(utc).replace(tzinfo=None)
    return "weekend" if whole <= after else "night"
