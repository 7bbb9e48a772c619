from lxml import etree

from odoo.tests import new_test_user, tagged

from .common import KbsCase

# Models of Odoo whose forms we add to.
EXTENDED = (
    "res.partner",
    "sale.order",
    "account.move",
    "crm.lead",
    "event.event",
    "helpdesk.ticket",
    "product.template",
)


@tagged("post_install", "-at_install")
class TestViewsOpen(KbsCase):
    """Whoever may read a record can open it: no field of ours shuts him out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.sell_paid("optima_3")
        software = cls.env["kbs.software"].create({"name": "Acc", "code": "open"})
        cls.env["kbs.installation"].create(
            {
                "software_id": software.id,
                "partner_id": cls.client.id,
                "number": "O-1",
                "company_id": cls.company.id,
            }
        )
        cls.env["helpdesk.ticket"].create(
            {
                "name": "Question",
                "description": "x",
                "partner_id": cls.client.id,
                "company_id": cls.company.id,
            }
        )
        cls.env["crm.lead"].create({"name": "Prospect", "partner_id": cls.client.id})
        cls.env["event.event"].create(
            {
                "name": "Reporting",
                "company_id": cls.company.id,
                "date_begin": "2026-05-20 07:00:00",
                "date_end": "2026-05-20 12:00:00",
            }
        )
        cls.employee = new_test_user(
            cls.env,
            "kbs_employee",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )

    def test_whoever_may_read_a_record_can_open_it(self):
        names = [
            name
            for name, model in self.env.registry.items()
            if name.startswith("kbs.") and model._auto and not model._transient
        ]
        people = (
            self.employee,
            self.salesman,
            self.accountant,
            self.agent,
            self.lead,
            self.manager,
            self.reader,
        )
        for name in [*names, *EXTENDED]:
            for user in people:
                model = self.env[name].with_user(user)
                if model.has_access("read"):
                    with self.subTest(model=name, user=user.login):
                        self.open(model)

    def open(self, model):
        records = model.search([], limit=3)
        for kind in ("form", "list"):
            arch = etree.fromstring(model.get_view(view_type=kind)["arch"])
            shown = {
                x.get("name")
                for x in arch.iter("field")
                if not any(y.tag == "field" for y in x.iterancestors())
            }
            if model._name in EXTENDED:
                shown = {x for x in shown if x.startswith("kbs_")}
            self.env.invalidate_all()
            records.web_read({x: {} for x in shown & model._fields.keys()})
