from .support_portal_common import SupportPortalCase

# A phone that is touched, and a screen on a desk.
PHONE, DESK = "390x844", "1366x768"


class PortalTourCase(SupportPortalCase):
    """Clients in a real browser, in Ukrainian. To be used with ``HttpCase``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        website = cls.env["website"].search([], limit=1)
        website.company_id = cls.company
        ukrainian = cls.env["res.lang"].search([("code", "=", "uk_UA")])
        website.language_ids |= ukrainian
        for user in (cls.owner, cls.colleague):
            user.lang = "uk_UA"

    def walk(self, size, path, tour, user):
        """Let ``user`` walk the tour from ``path`` on, on a screen of this size."""
        self.browser_size, self.touch_enabled = size, size == PHONE
        self.start_tour(f"/uk{path}", tour, login=user.login)
        self.env.invalidate_all()
