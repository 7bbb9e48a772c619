from odoo import api, models
from odoo.fields import Date


class KbsImportHours(models.AbstractModel):
    """The sheet of hours that are left, in the ledger of the support taken over.

    Bought hours are a source of their own. Of included hours the plan gives the whole
    service month again, so what was used of it before is taken off.
    """

    _name = "kbs.import.hours"
    _inherit = "kbs.import.sheet"
    _description = "Import: Hours Left"

    _sheet = "hours"
    _target = "kbs.hour.entry"

    @api.model
    def _get_name(self, row):
        kind = row.values["hours_kind"]
        number = row.values.get("number", "").lower()
        return f"{self._get_support_name(row)}/{kind}/{number}"

    @api.model
    def _get_support_name(self, row):
        """Return the name of the row of support that these hours belong to."""
        number = row.values.get("support", "").lower()
        return f"{row.values['code']}/{number}"

    @api.model
    def _find(self, rows, batch):
        """Included hours are those of the service month of the taking over."""
        found, wanted = {}, {}
        for row in rows:
            period = self._get_period(row, batch)
            if period and row.values["hours_kind"] == "grant":
                wanted[self._get_name(row)] = period
        grants = self._get_target().search(
            [
                ("period_id", "in", [x.id for x in wanted.values()]),
                ("kind", "=", "grant"),
                ("source_id", "=", False),
            ]
        )
        by_period = grants.grouped("period_id")
        for name, period in wanted.items():
            day = max(period.opened_on, period.date_start)
            found[name] = by_period.get(period, grants.browse()).filtered(
                lambda x, day=day: x.valid_from <= day <= x.valid_to
            )[:1]
        return found

    @api.model
    def _get_period(self, row, batch):
        step = batch.supports.get(self._get_support_name(row))
        return step.record if step else None

    @api.model
    def _filter_known(self, records):
        # Of a withdrawn period nothing stands any more.
        return records.filtered(lambda x: not x.period_id.is_cancelled)

    @api.model
    def _prepare_values(self, row, batch, record):
        return {x: row.values[x] for x in ("minutes", "valid_to") if x in row.values}

    @api.model
    def _get_changes(self, step, batch):
        """For a grant the minutes to take off or to give back, for others as usual."""
        values = self._prepare_values(step.row, batch, step.record)
        if not step.record:
            return values
        changes = {}
        if change := values["minutes"] - self._get_before(step):
            changes["minutes"] = change
        if (
            step.digests
            and step.record.kind == "pack"
            and self._is_new(step, "valid_to")
        ):
            changes["valid_to"] = values["valid_to"]
        return changes

    @api.model
    def _get_before(self, step):
        """Return what would be left, had nothing been used here.

        As the file said last, with what a correction of the plan has given since; of
        a row that is new all that the plan gives.
        """
        given = self._get_given(step.record)
        before = step.digests
        if before is None:
            return given
        return before.get("minutes", 0) + given - before.get("given", given)

    @api.model
    def _get_given(self, source):
        """Return the minutes of a grant as its plan gives them; 0 for bought hours."""
        if source.kind != "grant":
            return 0
        changes = source.entry_ids.filtered(lambda x: x.kind == "grant")
        return source.minutes + sum(changes.mapped("minutes"))

    @api.model
    def _get_digests(self, step):
        given = self._get_given(step.record)
        return {**super()._get_digests(step), "given": given}

    @api.model
    def _get_fault(self, step, batch):
        values = step.row.values
        support = batch.supports.get(self._get_support_name(step.row))
        if not support:
            return "no_support"
        if support.fault:
            return "support_faulty"
        if values["hours_kind"] == "pack":
            return self._get_pack_fault(step, batch)
        plan = self.env["kbs.plan"].browse(support.row.values["plan"])
        days = (support.row.values[x] for x in ("date_start", "date_end"))
        first, last = (Date.to_date(x) for x in days)
        if step.digests is None and not first <= batch.today <= last:
            return "no_month"
        if values["minutes"] > plan.included_minutes:
            return "more_than_plan"
        return ""

    @api.model
    def _get_pack_fault(self, step, batch):
        if "valid_to" not in step.row.values:
            return "no_valid_to"
        if not step.record and not step.row.values["minutes"]:
            return "no_minutes"
        until = Date.to_date(step.row.values["valid_to"])
        return "lapsed" if not step.record and until < batch.today else ""

    @api.model
    def _get_change_fault(self, step, batch):
        change = step.values.get("minutes", 0) if step.record else 0
        return "used_already" if change + step.record.left_minutes < 0 else ""

    # === WRITING === #

    @api.model
    def _apply(self, steps, batch):
        # Grants of new support exist only now: look for them again.
        self.env["kbs.hour.entry"]._give_due()
        steps[:] = self._plan(batch)
        return super()._apply(steps, batch)

    @api.model
    def _create(self, steps, batch):
        return self._get_target().create(
            [self._prepare_source_values(x, batch) for x in steps]
        )

    @api.model
    def _prepare_source_values(self, step, batch):
        period = self._get_period(step.row, batch)
        return {
            "subscription_id": period.subscription_id.id,
            "kind": "pack",
            "period_id": period.id,
            "date": batch.today,
            "valid_from": batch.today,
            "reason": self._tell_source(step, batch),
            **step.values,
        }

    @api.model
    def _tell_source(self, step, batch):
        return self.env._(
            "Taken over from %(file)s, row %(row)s",
            file=batch.source,
            row=step.row.number,
        )

    @api.model
    def _write(self, step, batch):
        """Change the ledger by an entry that belongs to the source; nothing is lost."""
        source = step.record
        if "valid_to" in step.values:
            source.valid_to = step.values["valid_to"]
        if change := step.values.get("minutes"):
            kind = "pack" if source.kind == "pack" else "correction"
            self._get_target().create(
                source._prepare_part(
                    change,
                    kind=kind,
                    date=batch.today,
                    reason=self._tell_source(step, batch),
                )
            )
