from freezegun import freeze_time

from odoo.tests import tagged

from .feedback_common import FeedbackCase
from .scale_common import ScaleMixin


@tagged("post_install", "-at_install")
class TestFeedbackScale(ScaleMixin, FeedbackCase):
    """What one costs, fifty cost little more."""

    def given(self, count, kind="proposal"):
        people = self.env["res.partner"].create(
            [
                {"name": f"P {x}", "email": f"p{x}@example.com", "lang": "uk_UA"}
                for x in range(count)
            ]
        )
        return (
            self.env["kbs.feedback"]
            .with_user(self.agent)
            .create(
                [
                    {"kind": kind, "title": "T", "text": "T", "partner_id": x.id}
                    for x in people
                ]
            )
        )

    def test_taking_in_and_letters(self):
        self.given(1)  # warms what is the same for all
        counts = [self.count_queries(self.env["kbs.feedback"],
                                     lambda _x, n=n: self.given(n))
                  for n in (1, 50)]  # fmt: skip
        # Two for each number: Odoo's sequence gives them singly.
        self.assertLessEqual((counts[1] - counts[0]) / 49, 2.2, counts)
        batches = [self.given(x) for x in (1, 1, 50)]
        batches[0].sudo().change_ids.letter_ids._write()
        letters = [x.sudo().change_ids.letter_ids for x in batches[1:]]
        self.compare("letters", letters, lambda x: x._write(), ceiling=0.3)
        self.assertEqual(len(self.mails(batches[2].partner_id)), 50)

    def test_votes_and_moves(self):
        batches = [self.given(x) for x in (1, 1, 50)]
        batches[0]._vote_sudo({x: self.doctor for x in batches[0]})
        self.compare(
            "vote",
            batches[1:],
            lambda x: x._vote_sudo({one: self.doctor for one in x}),
            ceiling=0.1,
        )
        batches[0].action_analyse()
        self.compare("analyse", batches[1:], lambda x: x.action_analyse(), ceiling=0.3)

    def test_many_voters_of_one(self):
        main = self.given(1)
        voters = self.env["res.partner"].create(
            [{"name": f"V {x}", "email": f"v{x}@example.com"} for x in range(200)]
        )
        main._vote_sudo({main: voters})
        self.assertEqual(main.vote_count, 201)
        used = self.count_queries(main, lambda x: self.decide(x, "done"))
        self.assertLess(used, 80)

    def test_list_and_warnings(self):
        batches = [self.given(x, "complaint") for x in (1, 1, 50)]
        names = ["display_name", "vote_count", "days_left", "is_author_unreachable",
                 "ticket_count", "duplicate_count", "term_state"]  # fmt: skip
        batches[0].read(names)
        self.compare("list", batches[1:], lambda x: x.read(names), ceiling=0)
        with freeze_time("2026-06-14 05:30:00"):
            batches[0].sudo()._take_steps()
            batches = [x.sudo() for x in batches]
            self.compare("warn", batches[1:], lambda x: x._take_steps(), ceiling=0.2)
