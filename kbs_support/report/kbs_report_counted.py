import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_datetime, sql

from ..tools.batches import run_isolated

_logger = logging.getLogger(__name__)

# In the order of counting: work takes its income from the revenue.
COUNTED = (
    "kbs.report.subscription",
    "kbs.report.revenue",
    "kbs.report.sla",
    "kbs.report.work",
    "kbs.report.client",
)
# Months that one number has bits for; what spans more is averaged over all its months.
MONTH_BITS = 63


class KbsReportCounted(models.AbstractModel):
    """A report whose rows are counted by one query at night, and kept until then.

    Owns no fact: rows are written here alone, all of a company at once, and may be
    counted anew at any time. They lie in the order of months: who asks for a year reads
    a year. A query over 100,000 clients takes a minute, reading what
    it has found a part of a second (docs/decisions/0046). The table is made from the
    fields, without foreign keys: they would triple the time of counting.
    """

    _name = "kbs.report.counted"
    _description = "Counted Report"
    _auto = False
    _log_access = False
    _order = "month desc, id desc"

    # Columns that make a row one of a kind, for the unique index.
    _counted_key = ()
    # Columns that are looked for besides the month.
    _counted_indexes = ()
    # Stocks: the state at the end of a month, which must not be added up over months.
    _counted_stocks = ()

    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    counted_at = fields.Datetime(
        readonly=True,
        help="When this row was counted. What happened later is not in it.",
    )
    month = fields.Date(readonly=True, help="First day of the calendar month.")
    month_index = fields.Integer(
        string="Number of the Month", readonly=True, aggregator=False
    )

    # === THE TABLE === #

    def init(self):
        if self._abstract:
            return
        cr = self.env.cr
        columns = {x: self._fields[x].column_type[1] for x in self._get_columns()}
        if set(sql.table_columns(cr, self._table)) == {"id", *columns}:
            return
        # What it held is counted anew: by the job, or when somebody opens the report.
        sql.drop_view_if_exists(cr, self._table)
        cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL.identifier(self._table)))
        cr.execute(
            SQL(
                "CREATE TABLE %s (id SERIAL PRIMARY KEY, %s)",
                SQL.identifier(self._table),
                SQL(", ").join(
                    SQL("%s %s", SQL.identifier(name), SQL(kind))
                    for name, kind in columns.items()
                ),
            )
        )
        self._create_indexes()

    def _create_indexes(self):
        cr, table = self.env.cr, self._table
        # The first one is also the order of the list.
        for columns in (("company_id", "month", "id"), *self._counted_indexes):
            name = sql.make_index_name(table, "_".join(columns))
            sql.create_index(cr, name, table, columns)
        if self._counted_key:
            name = sql.make_index_name(table, "key")
            sql.create_index(cr, name, table, self._counted_key, unique=True)

    @api.model
    def _get_columns(self):
        """Return the names of all stored columns but the id."""
        return [
            name
            for name, field in self._fields.items()
            if field.store and field.column_type and name != "id"
        ]

    # === COUNTING === #

    @api.model
    def _get_count_query(self, company):
        """Return the query that counts all rows of ``company``.

        It has a column for each field but ``company_id``, ``counted_at`` and
        ``month_index``.
        """
        raise NotImplementedError

    @api.model
    def _count_sudo(self, company):
        """Count the rows of ``company`` anew.

        Sudo: figures are of all clients, whoever asks for them.

        :return: False when another transaction counts them just now
        """
        self.env.flush_all()
        cr, table = self.env.cr, SQL.identifier(self._table)
        cr.execute(
            SQL(
                "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)",
                self._table,
                company.id,
            )
        )
        if not cr.fetchone()[0]:
            return False
        # One long query, whose compiling would take longer than it saves.
        cr.execute("SET LOCAL jit = off")
        names = [
            x
            for x in self._get_columns()
            if x not in ("company_id", "counted_at", "month_index")
        ]
        columns = SQL(", ").join(map(SQL.identifier, names))
        cr.execute(SQL("DELETE FROM %s WHERE company_id = %s", table, company.id))
        cr.execute(
            SQL(
                """
                INSERT INTO %(table)s (company_id, counted_at, month_index, %(columns)s)
                SELECT %(company)s, %(now)s,
                    EXTRACT(YEAR FROM month) * 12 + EXTRACT(MONTH FROM month),
                    %(columns)s
                FROM (%(query)s) AS counted
                ORDER BY month
                """,
                table=table,
                columns=columns,
                company=company.id,
                now=fields.Datetime.now(),
                query=self.sudo()._get_count_query(company),
            )
        )
        self.invalidate_model()
        return True

    @api.model
    def _get_counted_at(self, company):
        """Return when the rows of ``company`` were counted (UTC), or False."""
        self.env.cr.execute(
            SQL(
                "SELECT counted_at FROM %s WHERE company_id = %s LIMIT 1",
                SQL.identifier(self._table),
                company.id,
            )
        )
        found = self.env.cr.fetchone()
        return found and found[0]

    @api.model
    def _count_all_sudo(self, company):
        """Count all reports of ``company``; return False where somebody else does."""
        return all(self.env[name]._count_sudo(company) for name in COUNTED)

    @api.model
    def _count_missing_sudo(self, companies):
        """Count the reports of those companies that have no rows of this one."""
        for company in companies:  # a handful
            if not self._get_counted_at(company):
                self._count_all_sudo(company)

    @api.model
    def _cron_count(self):
        """Count all reports anew, company by company; one that fails is logged."""
        # A handful of companies.
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        todo = [(company, name) for company in companies for name in COUNTED]
        for number, (company, name) in enumerate(todo, 1):
            error = run_isolated(company, self.env[name]._count_sudo)
            if error is not None:
                _logger.error("%s of %s was not counted", name, company, exc_info=error)
            left = len(todo) - number
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                return

    # === SCREENS === #

    @api.model
    def action_open_report(self):
        """Open the report of this model, with the moment of its counting in the title.

        Counted now where it never was.
        """
        self.browse().check_access("read")
        company = self.env.company
        self._count_missing_sudo(company)
        xmlid = f"kbs_support.{self._table}_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        if moment := self._get_counted_at(company):
            action["name"] = action["display_name"] = self.env._(
                "%(report)s, counted %(moment)s",
                report=action["name"],
                moment=format_datetime(
                    self.env, moment, tz=company.kbs_tz, dt_format="short"
                ),
            )
        return action

    @api.model
    def action_count(self):
        """Count all reports of this company now, without waiting for the night.

        :raise AccessError: the user is no manager
        """
        if not self.env.user.has_group("kbs_support.group_kbs_manager"):
            raise AccessError(self.env._("Only a manager counts the reports anew."))
        is_counted = self._count_all_sudo(self.env.company)
        message = (
            self.env._("All reports of the company are counted anew.")
            if is_counted
            else self.env._("Somebody is counting the reports just now.")
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_counted else "warning",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open(self):
        """Open the record that the row is about."""
        self.ensure_one()
        return get_form_action(self._get_subject())

    def _get_subject(self):
        """Return the record that this row is about."""
        raise NotImplementedError

    @api.model
    @api.private
    @api.readonly
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        # OVERRIDE: the record rule asks for the company of each row: read it at once.
        if field_names is not None:
            field_names = {*field_names, "company_id"}
        return super().search_fetch(domain, field_names, offset, limit, order)

    def _read_group_select(self, aggregate_spec, query):
        # OVERRIDE: of several months a stock has no sum. Then it is the average of the
        # months of the group, counted by a bit for each: COUNT(DISTINCT) would sort.
        expression = super()._read_group_select(aggregate_spec, query)
        name, _, function = aggregate_spec.partition(":")
        if name not in self._counted_stocks or function != "sum":
            return expression
        index = self._field_to_sql(self._table, "month_index", query)
        return SQL(
            """
            %(sum)s / NULLIF(CASE WHEN MAX(%(index)s) - MIN(%(index)s) < %(bits)s
                THEN bit_count(BIT_OR(1::bigint << %(index)s %% %(bits)s)::bit(64))
                ELSE MAX(%(index)s) - MIN(%(index)s) + 1 END, 0)::numeric
            """,
            sum=expression,
            index=index,
            bits=MONTH_BITS,
        )


def get_form_action(record):
    """Return the action that opens the form of ``record``."""
    return {
        "type": "ir.actions.act_window",
        "res_model": record._name,
        "res_id": record.id,
        "view_mode": "form",
        "views": [(False, "form")],
    }
