from collections import defaultdict

from odoo import fields, models
from odoo.tools import format_datetime, split_every

from .kbs_workbook_xlsx import HEAD_ROW, Formula

BATCH = 10_000  # copies in memory at once
STATES = ("current", "behind", "below_mandatory", "unknown")
# What the list says of a copy.
FIELDS = (
    "partner_id", "manager_id", "plan_id", "software_id", "installation_id", "version",
    "status", "latest_release_id", "mandatory_release_id", "mandatory_by", "days_over",
    "days_unseen",
)  # fmt: skip
# What the names in it are read from: these columns, and no others.
NAMES = {
    "partner_id": "name",
    "manager_id": "name",
    "plan_id": "name",
    "software_id": "name",
    "installation_id": "number",
    "latest_release_id": "version",
    "mandatory_release_id": "version",
}


class KbsVersionWorkbook(models.AbstractModel):
    """The version map as a spreadsheet: programs, their versions, all copies.

    It reads the map with the rights of the reader, and shows the moment of asking.
    """

    _name = "report.kbs_support.kbs_version_workbook"
    _inherit = "report.kbs_support.kbs_workbook_xlsx"
    _description = "Version Map, Excel"

    def get_workbook_options(self):
        # EXTENDS report_xlsx: rows go to a file at once. The memory of 100,000 copies
        # would be hundreds of megabytes.
        return super().get_workbook_options() | {"constant_memory": True}

    def _write_sheets(self, workbook, wizard, formats):
        # EXTENDS kbs_support
        groups = self._get_groups(wizard)
        self._write_programs(workbook, wizard, formats, groups)
        self._write_versions(workbook, wizard, formats, groups)
        self._write_copies(workbook, wizard, formats)

    # === FIGURES === #

    def _get_map(self, wizard):
        """Return the model of the map, on the day of the wizard's company."""
        return self.env["kbs.version.map"].with_company(wizard.company_id)

    def _get_domain(self, wizard):
        return [("company_id", "=", wizard.company_id.id)]

    def _get_groups(self, wizard):
        """Return a tuple for each version of each program, in the order of versions.

        It is (program, version, state, newest and mandatory version, copies, the
        mandatory day, days over it). All copies of one version have the same state.
        """
        return self._get_map(wizard)._read_group(
            self._get_domain(wizard),
            ["software_id", "version", "status", "latest_release_id",
             "mandatory_release_id"],
            ["__count", "mandatory_by:min", "days_over:max"],
        )  # fmt: skip

    def _get_title(self, wizard, text):
        return f"{wizard.company_id.name}: {text}"

    def _get_note(self, wizard):
        moment = format_datetime(
            self.env,
            fields.Datetime.now(),
            tz=wizard.company_id.kbs_tz,
            dt_format="short",
        )
        return self.env._("As of %(moment)s", moment=moment)

    def _get_states(self):
        """Return ``{state: its name}``."""
        status = self.env["kbs.version.map"]._fields["status"]
        return dict(status._description_selection(self.env))

    # === SHEETS === #

    def _write_programs(self, workbook, wizard, formats, groups):
        """A row for each program: how many copies are in which state."""
        counts = defaultdict(lambda: dict.fromkeys((*STATES, "over"), 0))
        newest = {}
        for software, _version, state, latest, _needed, count, _by, over in groups:
            counts[software][state] += count
            counts[software]["over"] += count if over else 0
            newest[software] = latest.version or ""
        share = Formula("=IF(C{row}=0,0,D{row}/C{row})")
        rows = [
            [software.name, newest[software], Formula("=SUM(D{row}:G{row})"),
             *(found[x] for x in STATES), found["over"], share]
            for software, found in counts.items()
        ]  # fmt: skip
        columns = [
            (self.env._("Program"), "text", self.env._("Total")),
            (self.env._("Newest Version"), "text", None),
            (self.env._("Copies"), "number", "sum"),
            *((self._get_states()[x], "number", "sum") for x in STATES),
            (self.env._("Mandatory day is over"), "number", "sum"),
            (self.env._("Newest version, share"), "share", share),
        ]
        sheet = self._write_table(
            workbook, formats, self.env._("Programs"),
            self._get_title(wizard, self.env._("version map")), columns, rows,
            self._get_note(wizard),
        )  # fmt: skip
        if rows:
            self._add_chart(workbook, sheet, "bar", f"A{HEAD_ROW + len(rows) + 5}",
                            len(rows), (3, 4, 5, 6), "stacked")  # fmt: skip

    def _write_versions(self, workbook, wizard, formats, groups):
        """A row for each version of a program that somebody runs."""
        states, last = self._get_states(), HEAD_ROW + 1 + len(groups)
        first = HEAD_ROW + 2
        share = Formula(
            f"=D{{row}}/SUMIF(A${first}:A${last},A{{row}},D${first}:D${last})"
        )
        rows = [
            [software.name, version or "", states[state], count, share,
             count if needed else 0, needed.version or "", by, over if needed else None]
            for software, version, state, _latest, needed, count, by, over in groups
        ]  # fmt: skip
        columns = [
            (self.env._("Program"), "text", self.env._("Total")),
            (self.env._("Installed Version"), "text", None),
            (self.env._("Version Status"), "text", None),
            (self.env._("Copies"), "number", "sum"),
            (self.env._("Share in the Program"), "share", None),
            (self.env._("Below the mandatory version"), "number", "sum"),
            (self.env._("Mandatory Version"), "text", None),
            (self.env._("Mandatory by"), "day", None),
            (self.env._("Days over"), "number", None),
        ]
        self._write_table(
            workbook, formats, self.env._("By Version"),
            self._get_title(wizard, self.env._("copies by version")), columns, rows,
            self._get_note(wizard), is_filtered=True,
        )  # fmt: skip

    def _write_copies(self, workbook, wizard, formats):
        """A row for each copy; who is longest over the mandatory day, stands first."""
        cells = "{column}{first}:{column}{last}"
        columns = [
            (self.env._("Client"), "text", self.env._("Total")),
            (self.env._("Manager"), "text", None),
            (self.env._("Plan"), "text", None),
            (self.env._("Program"), "text", None),
            # Of rows that a filter leaves: 103 counts, 104 is the greatest.
            (self.env._("Copy"), "text", Formula(f"=SUBTOTAL(103,{cells})")),
            (self.env._("Installed Version"), "text", None),
            (self.env._("Version Status"), "text", None),
            (self.env._("Newest Version"), "text", None),
            (self.env._("Mandatory Version"), "text", None),
            (self.env._("Mandatory by"), "day", None),
            (self.env._("Days over"), "number", Formula(f"=SUBTOTAL(104,{cells})")),
            (self.env._("Told days ago"), "number", None),
        ]
        self._write_table(
            workbook, formats, self.env._("Copies"),
            self._get_title(wizard, self.env._("copies")), columns,
            self._get_copies(wizard), self._get_note(wizard), is_filtered=True,
        )  # fmt: skip

    def _get_copies(self, wizard):
        """Yield the rows of the list, reading a batch of copies at a time."""
        Map, states = self._get_map(wizard), self._get_states()
        ids = Map.search(self._get_domain(wizard)).ids
        for batch in split_every(BATCH, ids):
            rows = Map.search_fetch([("id", "in", batch)], FIELDS)
            for name, column in NAMES.items():
                rows[name].fetch([column])
            for x in rows:
                yield [
                    x.partner_id.name or "",
                    x.manager_id.name or "",
                    x.plan_id.name or "",
                    x.software_id.name,
                    x.installation_id.number or "",
                    x.version or "",
                    states[x.status],
                    x.latest_release_id.version or "",
                    x.mandatory_release_id.version or "",
                    x.mandatory_by,
                    x.days_over if x.mandatory_release_id else None,
                    x.days_unseen if x.version else None,
                ]
            self.env.invalidate_all()
