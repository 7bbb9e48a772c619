from odoo import Command

from .common import KbsCase

BODY = "<p>The certificate of closed words is printed twice.</p>"


class LibraryCase(KbsCase):
    """Readers of every kind, and short ways to articles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hospital = cls._create_client("Hospital")
        cls.support = cls.subscription(cls.sell_paid("optima_3", client=cls.hospital))
        cls.covered = cls._create_person("lb_covered", cls.hospital)
        cls.stranger = cls._create_person("lb_stranger", cls.client)
        cls.anonymous = cls.env.ref("base.public_user")
        cls.articles = cls.env["kbs.article"]

    @classmethod
    def _create_person(cls, login, company):
        person = cls.env["res.partner"].create({"name": login, "parent_id": company.id})
        return cls._create_portal_user(login, person)

    @classmethod
    def draft(cls, name="How to print a certificate", **values):
        return cls.env["kbs.article"].create(
            {
                "name": name,
                "summary": f"Summary of {name}",
                "body": BODY,
                "visibility": "public",
                **values,
            }
        )

    @classmethod
    def publish(cls, article):
        article.with_user(cls.agent).action_review()
        article.with_user(cls.lead).action_publish()
        return article

    @classmethod
    def make(cls, name="How to print a certificate", **values):
        return cls.publish(cls.draft(name, **values))

    @classmethod
    def for_plan(cls, code, name="For a plan", **values):
        plan = cls.plan(code).id
        return cls.make(name, visibility="plan", plan_from_id=plan, **values)

    @classmethod
    def attach(cls, article, name="form.txt", content=b"secret", **values):
        """A file for readers, as the form uploads it."""
        file = cls.env["ir.attachment"].create(
            {"name": name, "raw": content, "res_model": "kbs.article", **values}
        )
        article.attachment_ids = [Command.link(file.id)]
        return file

    def find(self, query, user=None, **kwargs):
        """Names of what ``user`` finds, the best first."""
        user = user or self.covered
        _total, rows = self.articles._search_text(query, user, **kwargs)
        return [x["name"] for x in rows]
