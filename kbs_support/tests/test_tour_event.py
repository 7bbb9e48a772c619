from odoo.tests import HttpCase, tagged

from .test_event_website import EventsHttpCase


class EventTour:
    """A client registers for an event in a real browser, in Ukrainian."""

    def test_register_and_give_back(self):
        self.owner.lang = "uk_UA"
        website = self.env["website"].get_current_website()
        ukrainian = self.env["res.lang"]._activate_lang("uk_UA")
        website.language_ids |= ukrainian
        path = f"/{ukrainian.url_code}/event/{self.event.id}/register"
        self.start_tour(path, "kbs_event_tour", login="ev_owner")
        self.assertEqual(self.seats.name, "Ганна Дем’янчук")
        self.assertEqual(self.seats.state, "cancel")


@tagged("post_install", "-at_install")
class TestTourEventPhone(EventTour, EventsHttpCase, HttpCase):
    browser_size = "390x844"
    touch_enabled = True


@tagged("post_install", "-at_install")
class TestTourEventDesk(EventTour, EventsHttpCase, HttpCase):
    browser_size = "1366x768"
