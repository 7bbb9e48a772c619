from uuid import uuid4

from odoo.tests import tagged

from .two_workers_common import TwoWorkersCase


@tagged("post_install", "-at_install")
class TestTwoWorkersFeedback(TwoWorkersCase):
    """Two people at once, with real transactions."""

    def give(self, env):
        author = env["res.partner"].create({"name": "Author"})
        return env["kbs.feedback"].create(
            {
                "title": "T",
                "text": "T",
                "partner_id": author.id,
                "company_id": self.company_id,
            }
        )

    def read(self, feedback_id, name):
        with self.registry.cursor() as cr:
            value = self.environment(cr)["kbs.feedback"].browse(feedback_id)[name]
            return len(value) if name == "vote_ids" else value

    def test_one_person_votes_twice_at_once(self):
        proposal = self.committed(self.give)
        voter = self.committed(lambda env: env["res.partner"].create({"name": "V"}))

        def vote(env):
            own = env["kbs.feedback"].browse(proposal)
            own._vote_sudo({own: env["res.partner"].browse(voter)})

        outcomes = self.race(vote, vote)
        self.assertEqual(outcomes, [None, None])
        self.assertEqual(self.read(proposal, "vote_count"), 2)
        self.assertEqual(self.read(proposal, "vote_ids"), 2)

    def test_two_persons_vote_at_once(self):
        proposal = self.committed(self.give)

        def vote(env):
            own = env["kbs.feedback"].browse(proposal)
            own._vote_sudo({own: env["res.partner"].create({"name": "V"})})

        self.assertEqual(self.race(vote, vote), [None, None])
        self.assertEqual(self.read(proposal, "vote_count"), 3)

    def test_each_is_joined_with_the_other(self):
        ids = [self.committed(self.give) for _x in range(2)]

        def join(one, other):
            def work(env):
                Feedback = env["kbs.feedback"]
                Feedback.browse(ids[one])._join(Feedback.browse(ids[other]))

            return work

        outcomes = self.race(join(0, 1), join(1, 0))
        self.assertIsNone(outcomes[0])
        self.assertIsInstance(outcomes[1], Exception)
        states = [self.read(x, "state") for x in ids]
        self.assertEqual(states, ["duplicate", "new"])

    def test_no_chain_arises(self):
        ids = [self.committed(self.give) for _x in range(3)]

        def join(one, other):
            def work(env):
                Feedback = env["kbs.feedback"]
                Feedback.browse(ids[one])._join(Feedback.browse(ids[other]))

            return work

        self.assertEqual(self.race(join(0, 1), join(1, 2)), [None, None])
        for number in (0, 1):
            with self.registry.cursor() as cr:
                own = self.environment(cr)["kbs.feedback"].browse(ids[number])
                self.assertEqual(own.duplicate_of_id.id, ids[2])

    def test_two_leads_decide(self):
        proposal = self.committed(self.give)

        def decide(state):
            return lambda env: (
                env["kbs.feedback"].browse(proposal)._decide_sudo(state, "Why")
            )

        outcomes = self.race(decide("done"), decide("declined"))
        self.assertIsNone(outcomes[0])
        self.assertIn("FB-", str(outcomes[1]))
        self.assertEqual(self.read(proposal, "state"), "done")

    def test_letters_are_written_once(self):
        proposal = self.committed(self.give)

        def write(env):
            Letter = env["kbs.feedback.letter"]
            domain = [("feedback_id", "=", proposal), ("state", "=", "due")]
            letters = Letter.search(domain).try_lock_for_update(allow_referencing=True)
            letters._write()
            return len(letters)

        self.assertEqual(sorted(self.race(write, write)), [0, 1])

    def test_form_is_sent_twice_at_once(self):
        user = self.committed(self.portal_user)

        def send(env):
            client = env["res.users"].browse(user)
            typed = {"kind": "remark", "title": "Twice", "text": "T"}
            feedback = env["kbs.feedback"]
            return feedback._create_from_portal_sudo(client, typed, []).id

        first, second = self.race(send, send)
        self.assertIsInstance(first, int)
        self.assertEqual(second, first)

    def portal_user(self, env):
        return env["res.users"].create(
            {
                "name": "Client",
                "login": f"two_workers_{uuid4()}",
                "company_id": self.company_id,
                "company_ids": [(6, 0, [self.company_id])],
                "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
            }
        )
