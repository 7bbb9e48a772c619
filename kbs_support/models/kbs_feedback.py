from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

KINDS = [
    ("proposal", "Proposal"),
    ("complaint", "Complaint"),
    ("remark", "Remark"),
]
STATES = [
    ("new", "Taken in"),
    ("analysis", "Under analysis"),
    ("planned", "Planned"),
    ("done", "Done"),
    ("declined", "Declined"),
    ("duplicate", "Joined with another one"),
]
OPEN_STATES = ("new", "analysis", "planned")


class KbsFeedback(models.Model):
    """A client's proposal, complaint or remark: a number, and what became of it.

    Its status is moved by methods (``kbs_feedback_status``), so that every change is
    noted and told to the author once. Votes, joining, publishing and the legal term of
    complaints have files of their own.
    """

    _name = "kbs.feedback"
    _description = "Proposal or Complaint"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_names_search = ["name", "title"]
    _check_company_auto = True

    name = fields.Char(
        string="Number", required=True, copy=False, default="/", readonly=True
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(
        selection=KINDS,
        string="Kind of Feedback",
        required=True,
        default="proposal",
        index=True,
        tracking=True,
    )
    title = fields.Char(required=True, tracking=True)
    text = fields.Text(
        required=True,
        tracking=True,  # a complaint is a document: who changes its words is seen
        help="In the client's words.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Author",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        help="The person who is told what becomes of it.",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Client",
        store=True,
        index=True,
        help="People of this company see it in the portal.",
    )
    is_author_unreachable = fields.Boolean(
        compute="_compute_is_author_unreachable",
        compute_sudo=True,
        help="No letter is written: there is no address, or the author wants none.",
    )
    category_id = fields.Many2one(
        comodel_name="helpdesk.ticket.category",
        string="Section",
        index="btree_not_null",
        check_company=True,
        help="The program, or part of it, that this is about.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Assigned to",
        index="btree_not_null",
        tracking=True,
        domain="[('share', '=', False)]",
    )
    received_on = fields.Date(
        string="Received",
        required=True,
        index=True,
        help="Local day on which it came to us. The legal term counts from it.",
    )
    ticket_ids = fields.One2many(
        comodel_name="helpdesk.ticket",
        inverse_name="kbs_feedback_id",
        string="Tickets",
        check_company=True,
    )
    ticket_count = fields.Integer(compute="_compute_ticket_count")
    # Files that the client sent, and nobody else's: only these are shown to him.
    client_attachment_ids = fields.Many2many(
        comodel_name="ir.attachment",
        string="Files of the Client",
        readonly=True,
        copy=False,
    )

    _number_unique = models.Constraint(
        "UNIQUE (company_id, name)", "There is already feedback of this number."
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "title")
    def _compute_display_name(self):
        for feedback in self:
            parts = (feedback.name, feedback.title)
            feedback.display_name = " · ".join(part for part in parts if part)

    @api.depends("partner_id.email_normalized")
    def _compute_is_author_unreachable(self):
        for feedback in self:
            author = feedback.partner_id
            feedback.is_author_unreachable = author and (
                not author.email_normalized or author.is_blacklisted
            )

    @api.depends("ticket_ids")
    def _compute_ticket_count(self):
        for feedback in self:
            feedback.ticket_count = len(feedback.ticket_ids)

    @api.constrains("received_on")
    def _check_received_on(self):
        for feedback in self:
            if feedback.received_on > feedback.company_id._kbs_today():
                raise ValidationError(
                    self.env._("Feedback cannot be received in the future.")
                )

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        if "received_on" in fields:
            defaults.setdefault("received_on", self.env.company._kbs_today())
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        """Number what came in, count its author as a voter, and tell him so."""
        for vals in vals_list:
            self._check_written(vals)
            company = self.env["res.company"].browse(
                vals.get("company_id")
                or self.env.context.get("default_company_id")
                or self.env.company.id
            )
            vals.setdefault("received_on", company._kbs_today())
            if vals.get("name", "/") == "/":
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company)
                    .next_by_code("kbs.feedback")
                )
        feedback = super().create(vals_list)
        feedback._vote_of_authors_sudo()
        feedback._note_changes_sudo()
        return feedback

    def write(self, vals):
        self._check_written(vals)
        if "kind" in vals and not self._is_lead():
            if self.filtered(lambda x: x.kind == "complaint" != vals["kind"]):
                raise AccessError(
                    self.env._("Only a lead may say that this is not a complaint.")
                )
        res = super().write(vals)
        if vals.get("kind") == "proposal":
            self._vote_of_authors_sudo()
        return res

    @api.model
    def _check_written(self, vals):
        """Keep from being typed in what follows from what people decide.

        :raise AccessError: somebody writes a field that methods set, or one of leads
        """
        if self.env.su:
            return
        refused = self._get_fields_of_methods() & set(vals)
        if not self._is_lead():
            refused |= self._get_fields_of_leads() & set(vals)
        # A form of a new record may send what is empty anyway.
        if refused := {x for x in refused if self.ids or vals[x]}:
            labels = self.fields_get(refused, ["string"]).values()
            raise AccessError(
                self.env._(
                    "You cannot write this here: %(fields)s",
                    fields=", ".join(label["string"] for label in labels),
                )
            )

    @api.model
    def _get_fields_of_methods(self):
        """Names of the fields that nobody writes by hand."""
        return {
            "name",
            "state",
            "planned_for",
            "answer",
            "answered_on",
            "answer_due",
            "term_step",
            "duplicate_of_id",
            "duplicate_ids",
            "duplicate_count",
            "change_ids",
            "vote_ids",
            "vote_count",
            "client_attachment_ids",
        } | ({"partner_id", "company_id"} if self.ids else set())

    @api.model
    def _get_fields_of_leads(self):
        """Names of the fields that leads decide about."""
        names = {"is_published", "public_title", "public_text"}
        return names | ({"received_on"} if self.ids else set())

    @api.model
    def _is_lead(self):
        return self.env.su or self.env.user.has_group("kbs_support.group_kbs_lead")

    # === ACTIONS === #

    def action_assign_to_me(self):
        self.check_access("write")
        self.user_id = self.env.user

    def action_view_tickets(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.helpdesk_ticket_action_kbs_all"
        )
        action["domain"] = [("kbs_feedback_id", "=", self.id)]
        action["context"] = {"create": False}
        return action
