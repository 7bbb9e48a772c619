from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import config

from .notice_common import NoticeCase

MODULE = "odoo.addons.kbs_support.models.kbs_notice_runner"


@tagged("post_install", "-at_install")
class TestNoticeRunner(NoticeCase):
    """A server that runs no jobs says so, instead of letting letters wait."""

    # Another lock than the real one: a runner may work beside the tests.
    LOCK = 2293787760715711919

    def setUp(self):
        super().setUp()
        other_lock = patch(f"{MODULE}.PG_ADVISORY_LOCK_ID", self.LOCK)
        other_lock.start()
        self.addCleanup(other_lock.stop)

    def test_without_a_runner_the_campaign_says_which_line_is_missing(self):
        without = [x for x in config["server_wide_modules"] if x != "queue_job"]
        with patch.dict(config.options, {"server_wide_modules": without}):
            fault = self.campaign().runner_fault
        self.assertIn("server_wide_modules = ", fault)
        self.assertIn("queue_job", fault)

    def test_a_configured_runner_that_does_not_work_is_said_too(self):
        with_it = ["base", "web", "queue_job"]
        with patch.dict(config.options, {"server_wide_modules": with_it}):
            fault = self.campaign().runner_fault
        self.assertIn("look whether the server", fault)

    def test_a_running_runner_is_seen(self):
        with self.registry.cursor() as cr:
            # The lock of a runner belongs to its connection, wherever it runs.
            cr.execute("SELECT pg_advisory_lock(%s)", [self.LOCK])
            try:
                self.assertFalse(self.campaign().runner_fault)
            finally:
                cr.execute("SELECT pg_advisory_unlock(%s)", [self.LOCK])

    def test_the_settings_say_it(self):
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.kbs_runner_fault)

    def test_a_finished_campaign_is_not_bothered(self):
        notice = self.campaign()
        notice.action_cancel()
        self.assertFalse(notice.runner_fault)
