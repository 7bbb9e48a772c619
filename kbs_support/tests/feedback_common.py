from .common import KbsCase


class FeedbackCase(KbsCase):
    """A school and a hospital with people who write, and our people who decide."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "office@example.com"
        cls.person = cls._create_person("Olena", cls.client, lang="uk_UA")
        cls.hospital = cls._create_client("Hospital", email="hospital@example.com")
        cls.doctor = cls._create_person("Doctor", cls.hospital)

    @classmethod
    def _create_person(cls, name, company, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "parent_id": company.id,
                "email": f"{name.lower()}@example.com",
                **values,
            }
        )

    @classmethod
    def give(cls, kind="proposal", author=None, user=None, **values):
        """Feedback that a specialist types in (the agent by default)."""
        return (
            cls.env["kbs.feedback"]
            .with_user(user or cls.agent)
            .create(
                {
                    "kind": kind,
                    "title": "Report by departments",
                    "text": "We count it by hand.",
                    "partner_id": (author or cls.person).id,
                    **values,
                }
            )
        )

    def decide(self, feedback, decision, text="", user=None, **values):
        """What the lead does in the dialog."""
        wizard = self.env["kbs.feedback.decide"].with_user(user or self.lead)
        wizard.create(
            {
                "feedback_id": feedback.id,
                "decision": decision,
                "text": text,
                **values,
            }
        ).action_decide()

    def join(self, feedback, main, user=None):
        wizard = self.env["kbs.feedback.join"].with_user(user or self.lead)
        wizard.create({"feedback_ids": feedback.ids, "main_id": main.id}).action_join()

    def letters(self, feedback):
        """``[(name, state, is_author, status)]`` of all letters about it."""
        found = self.env["kbs.feedback.letter"].search(
            [("change_id.feedback_id", "in", feedback.ids)]
        )
        return [
            (x.partner_id.name, x.state, x.is_author, x.change_id.state) for x in found
        ]

    def mails(self, partner):
        return self.env["mail.mail"].search(
            [("recipient_ids", "in", partner.ids)], order="id"
        )
