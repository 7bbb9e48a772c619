from odoo import api, models
from odoo.fields import Date

from ..tools.opening import get_chain

# Columns that say something about the subscription, not about its period.
OF_SUBSCRIPTION = {"manager": "manager_id", "specialist": "specialist_id"}
OF_PERIOD = {
    "plan": "plan_id",
    "term": "term_id",
    "date_start": "date_start",
    "date_end": "sold_until",
    "chain_start": "chain_start",
    "price": "price_total",
    "price_kind": "price_kind",
    "tenure_start": "opened_tenure_start",
}
# What is worked out from several cells.
DAYS = ("term", "chain_start", "date_start", "date_end")


class KbsImportSupport(models.AbstractModel):
    """The sheet of support: running periods, paid elsewhere, with their tenure."""

    _name = "kbs.import.support"
    _inherit = "kbs.import.sheet"
    _description = "Import: Support"

    _sheet = "support"
    _target = "kbs.subscription.period"
    _cells = {
        **{fname: (column,) for column, fname in OF_PERIOD.items()},
        **{fname: (column,) for column, fname in OF_SUBSCRIPTION.items()},
        "chain_months": DAYS,
        "chain_start": DAYS,
        "price_reason": ("price_kind",),
    }

    @api.model
    def _get_name(self, row):
        """The number of the contract; a client with one support needs none."""
        return f"{row.values['code']}/{row.values.get('number', '').lower()}"

    @api.model
    def _filter_known(self, records):
        return records.filtered(lambda x: not x.is_cancelled)

    @api.model
    def _plan(self, batch):
        steps = super()._plan(batch)
        self._refuse_beside_sold(steps, batch)
        batch.supports |= {x.name: x for x in steps}
        return steps

    @api.model
    def _refuse_beside_sold(self, steps, batch):
        """Nothing is taken over beside what was sold here for the same days."""
        rows = [x for x in steps if not x.record and not x.fault]
        clients = batch.get_clients(x.row for x in rows)
        if not clients:
            return
        booked = self._get_target().search_fetch(
            [
                ("company_id", "=", batch.company.id),
                ("commercial_partner_id", "in", clients.ids),
                ("is_cancelled", "=", False),
                ("opened_on", "=", False),
            ],
            ["commercial_partner_id", "date_start", "date_end"],
        )
        by_client = booked.grouped("commercial_partner_id")
        for step in rows:
            values = step.row.values
            first, last = (Date.to_date(values[x]) for x in ("date_start", "date_end"))
            sold = by_client.get(batch.get_client(step.row), ())
            if any(x.date_start <= last and x.date_end >= first for x in sold):
                step.fault = "sold_here"

    @api.model
    def _prepare_values(self, row, batch, record):
        values = {
            fname: row.values[column]
            for column, fname in (OF_PERIOD | OF_SUBSCRIPTION).items()
            if column in row.values
        }
        days = [
            Date.to_date(row.values[x])
            for x in ("chain_start", "date_start", "date_end")
        ]
        is_year = self.env["kbs.term"].browse(row.values["term"]).is_budget_year
        values["chain_start"], values["chain_months"] = get_chain(*days, is_year)
        return values

    @api.model
    def _differs(self, record, fname, value):
        if fname in OF_SUBSCRIPTION.values():
            record = record.subscription_id
        return super()._differs(record, fname, value)

    @api.model
    def _get_fault(self, step, batch):
        client = batch.get_client(step.row)
        if step.record and step.record.commercial_partner_id != client:
            return "support_of_another"
        return ""

    @api.model
    def _get_change_fault(self, step, batch):
        changed = step.record and set(step.values) - set(OF_SUBSCRIPTION.values())
        return "built_upon" if changed and step.record._has_followers() else ""

    # === WRITING === #

    @api.model
    def _create(self, steps, batch):
        subscriptions = self.env["kbs.subscription"].create(
            [self._prepare_subscription_values(x, batch) for x in steps]
        )
        return self._get_target().create(
            [
                {
                    "subscription_id": subscription.id,
                    "currency_id": batch.company.currency_id.id,
                    "opened_on": batch.today,
                    "opened_from": self._tell_source(step, batch),
                    **self._get_period_values(step),
                }
                for step, subscription in zip(steps, subscriptions, strict=True)
            ]
        )

    @api.model
    def _prepare_subscription_values(self, step, batch):
        client = batch.get_client(step.row)
        return {
            "partner_id": client.id,
            "company_id": batch.company.id,
            "plan_id": step.row.values["plan"],
            "manager_id": client.user_id.id,
            **self._get_subscription_values(step),
        }

    @api.model
    def _tell_source(self, step, batch):
        number = step.row.values.get("number")
        if not number:
            return self.env._(
                "%(file)s, row %(row)s", file=batch.source, row=step.row.number
            )
        return self.env._(
            "%(file)s, row %(row)s, contract %(number)s",
            file=batch.source,
            row=step.row.number,
            number=number,
        )

    @api.model
    def _get_subscription_values(self, step):
        names = OF_SUBSCRIPTION.values()
        return {x: y for x, y in step.values.items() if x in names}

    @api.model
    def _get_period_values(self, step):
        names = OF_SUBSCRIPTION.values()
        return {x: y for x, y in step.values.items() if x not in names}

    @api.model
    def _write(self, step, batch):
        if values := self._get_subscription_values(step):
            step.record.subscription_id.write(values)
        if values := self._get_period_values(step):
            step.record._read_replaced()
            step.record.write(values)
            step.record.mapped("date_end")
