from odoo import api, fields, models

# What is known of a client at the end, for reports. States that are not here are
# still in work.
RESULTS = {
    "sent": "told",
    "told": "told",
    "downloaded": "told",
    "refused": "refused",
    "no_address": "not_told",
    "bounced": "not_told",
    "unsure": "not_told",
    "unreached": "not_told",
    "cancelled": "not_told",
}

# Letters that told nobody: where the plan has a call, it is due.
FAILED_LETTERS = ("bounced", "unsure", "no_address")


class KbsNoticeContact(models.Model):
    """One client and one channel of a campaign, with what came of it.

    The row is the proof that the client was told; nobody edits it by hand.
    """

    _name = "kbs.notice.contact"
    _description = "Client of a Campaign"
    _order = "id"
    _rec_name = "commercial_partner_id"

    notice_id = fields.Many2one(
        comodel_name="kbs.notice",
        string="Campaign",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="notice_id.company_id", store=True)
    release_id = fields.Many2one(related="notice_id.release_id", store=True)
    notice_state = fields.Selection(related="notice_id.state", string="Campaign State")
    channel = fields.Selection(
        selection=[("email", "E-mail"), ("phone", "Phone"), ("web", "News")],
        required=True,
        readonly=True,
    )
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Who is written to, or called.",
    )
    email = fields.Char(readonly=True, help="As it was when the list was made.")
    phone = fields.Char(readonly=True, help="As it was when the list was made.")
    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Support",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    plan_id = fields.Many2one(comodel_name="kbs.plan", readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Looks after the Client",
        readonly=True,
        help="Manager or specialist of the client; calls him.",
    )
    state = fields.Selection(
        selection=[
            ("waiting", "Waits"),
            ("sending", "Being sent"),
            ("sent", "Sent"),
            ("told", "Told"),
            ("downloaded", "Has downloaded"),
            ("no_address", "No contact data"),
            ("bounced", "Came back"),
            ("unsure", "Sending broke off"),
            ("refused", "Refused"),
            ("unreached", "Not reached"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    result = fields.Selection(
        selection=[
            ("told", "Told"),
            ("not_told", "Not told"),
            ("refused", "Refused"),
            ("in_work", "In work"),
        ],
        compute="_compute_result",
        store=True,
    )
    done_at = fields.Datetime(string="When", readonly=True)
    downloaded_at = fields.Datetime(
        readonly=True, help="When the client first downloaded the version."
    )
    detail = fields.Char(readonly=True, help="What the mail server or the client said.")

    _once = models.UniqueIndex(
        "(notice_id, commercial_partner_id, channel)",
        "This client is on the list already.",
    )
    _state_index = models.Index("(notice_id, channel, state, id)")
    _client_index = models.Index("(commercial_partner_id, release_id)")

    @api.depends("state")
    def _compute_result(self):
        for contact in self:
            contact.result = RESULTS.get(contact.state, "in_work")
