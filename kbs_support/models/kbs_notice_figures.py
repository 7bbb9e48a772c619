from odoo import fields, models
from odoo.fields import Domain


class KbsNotice(models.Model):
    """How far a campaign is, in figures, and the lists behind them."""

    _inherit = "kbs.notice"

    client_count = fields.Integer(string="Clients", compute="_compute_figures")
    email_count = fields.Integer(string="Letters", compute="_compute_figures")
    phone_count = fields.Integer(string="Calls", compute="_compute_figures")
    web_count = fields.Integer(string="By News", compute="_compute_figures")
    unwritable_count = fields.Integer(
        string="Without an Address", compute="_compute_figures"
    )
    sent_count = fields.Integer(string="Letters Sent", compute="_compute_figures")
    unsure_count = fields.Integer(string="In Doubt", compute="_compute_figures")
    bounced_count = fields.Integer(string="Came Back", compute="_compute_figures")
    call_count = fields.Integer(string="Calls to Make", compute="_compute_figures")
    downloaded_count = fields.Integer(
        string="Have Downloaded", compute="_compute_figures"
    )
    email_progress = fields.Float(
        string="Letters Done", compute="_compute_figures", help="In per cent."
    )

    def _compute_figures(self):
        rows = self.env["kbs.notice.contact"]._read_group(
            [("notice_id", "in", self.ids)],
            ["notice_id", "channel", "state"],
            ["__count"],
        )
        counts = {}
        for notice, channel, state, count in rows:
            counts.setdefault(notice.id, {})[channel, state] = count
        clients = self._count_clients(Domain.TRUE)
        downloaded = self._count_clients(Domain("downloaded_at", "!=", False))
        for notice in self:
            notice._set_figures(counts.get(notice.id, {}))
            notice.client_count = clients.get(notice, 0)
            notice.downloaded_count = downloaded.get(notice, 0)

    def _count_clients(self, domain):
        """Return ``{notice: number of clients}`` among the rows of ``domain``."""
        rows = self.env["kbs.notice.contact"]._read_group(
            Domain("notice_id", "in", self.ids) & domain,
            ["notice_id"],
            ["commercial_partner_id:count_distinct"],
        )
        return dict(rows)

    def _set_figures(self, counts):
        """:param dict counts: ``{(channel, state): number of rows}``"""

        def count(channel, *states):
            return sum(
                number
                for (of, state), number in counts.items()
                if of == channel and (not states or state in states)
            )

        self.email_count = count("email") - count("email", "no_address", "refused")
        self.phone_count = count("phone") - count("phone", "no_address")
        self.web_count = count("web")
        self.unwritable_count = count("email", "no_address")
        self.sent_count = count("email", "sent")
        self.unsure_count = count("email", "unsure")
        self.bounced_count = count("email", "bounced")
        self.call_count = count("phone", "waiting")
        waiting = count("email", "waiting", "sending")
        total = self.email_count
        self.email_progress = 100 * (total - waiting) / total if total else 0.0

    # === ACTIONS === #

    def action_view_contacts(self):
        """Show the list of the campaign, of one channel when the context names it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_notice_contact_action"
        )
        domain = Domain("notice_id", "=", self.id)
        if channel := self.env.context.get("kbs_channel"):
            domain &= Domain("channel", "=", channel)
        action["domain"] = list(domain)
        action["context"] = {"create": False}
        return action
