"""An appointment as an iCalendar file (RFC 5545) that calendars of clients read."""

import vobject
from pytz import utc


def make_invitation(uid, sequence, start, end, summary, text, organizer, cancelled):
    """Return the bytes of an ``.ics`` file.

    :param str uid: the same for all versions of one appointment
    :param int sequence: grows with each version
    :param datetime start: UTC, naive; ``end`` too
    :param str organizer: e-mail address, or empty
    :param bool cancelled: whether the appointment is taken out of the calendar
    """
    calendar = vobject.iCalendar()
    calendar.add("method").value = "CANCEL" if cancelled else "PUBLISH"
    event = calendar.add("vevent")
    event.add("uid").value = uid
    event.add("sequence").value = str(sequence)
    event.add("status").value = "CANCELLED" if cancelled else "CONFIRMED"
    event.add("dtstart").value = utc.localize(start)
    event.add("dtend").value = utc.localize(end)
    event.add("dtstamp").value = utc.localize(start.now(utc).replace(tzinfo=None))
    event.add("summary").value = summary
    event.add("description").value = text
    if organizer:
        event.add("organizer").value = f"mailto:{organizer}"
    return calendar.serialize().encode()
