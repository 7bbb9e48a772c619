from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.locking import take_turn

SAME_MINUTES = 10  # for so long the same words are the same ticket

# What a client may read of his ticket beside its page: the rest is ours.
PORTAL_FIELDS = frozenset(
    {
        "access_token",
        "access_url",
        "access_warning",
        "active",
        "category_id",
        "closed",
        "closed_date",
        "commercial_partner_id",
        "company_id",
        "create_date",
        "description",
        "display_name",
        "id",
        "last_stage_update",
        "name",
        "number",
        "partner_email",
        "partner_id",
        "partner_name",
        "priority",
        "sequence",
        "stage_id",
        "team_id",
        "website_message_ids",
        "write_date",
    }
)


class HelpdeskTicket(models.Model):
    """What the client sees of a ticket and may do with it."""

    _inherit = "helpdesk.ticket"

    # The rule of the portal and the home page of a client ask for it.
    commercial_partner_id = fields.Many2one(index="btree_not_null")
    partner_id = fields.Many2one(index="btree_not_null")

    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or self.env.user._is_internal():
            return True
        return operation == "read" and field.name in self._kbs_get_portal_fields()

    def _kbs_get_portal_fields(self):
        """Return the names of the fields that clients may read. To be extended."""
        return PORTAL_FIELDS

    @api.model
    def _kbs_find_same_sudo(self, user, values):
        """Return the ticket that ``user`` has opened with the same words just now.

        Sudo: what he sent is his, and it is the system that compares.

        :param values: as for ``create``
        """
        take_turn(user.sudo().partner_id)
        field = self._fields["description"]
        description = field.convert_to_cache(values["description"], self)
        since = fields.Datetime.now() - timedelta(minutes=SAME_MINUTES)
        names = ("name", "partner_id", "company_id", "category_id")
        found = self.sudo().search(
            [
                *((name, "=", values[name]) for name in names),
                ("create_uid", "=", user.id),
                ("create_date", ">", since),
            ]
        )
        return found.filtered(lambda x: x.description == description)[:1]

    def _kbs_get_public_attachments_sudo(self):
        """Return the attachments of these tickets that their client may see.

        Those of the conversation, and those that he himself brought with the ticket.
        What hangs on internal notes, or was laid there by us, stays inside.

        :return: ``ir.attachment``, with the rights of the superuser
        """
        attachments = self.env["ir.attachment"].sudo()
        if not self.ids:
            return attachments
        found = attachments.search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)], order="id"
        )
        messages = self.env["mail.message"].sudo()
        messages = messages.search([("attachment_ids", "in", found.ids)])
        said = messages.filtered_domain(self._kbs_get_public_message_domain())
        brought = (found - messages.attachment_ids).filtered("create_uid.share")
        return found & (said.attachment_ids | brought)

    def _kbs_get_public_message_domain(self):
        """Return which messages belong to the conversation with the client."""
        return (
            Domain(self._fields["website_message_ids"].get_comodel_domain(self))
            & Domain("is_internal", "=", False)
            & Domain("subtype_id", "!=", False)
            & Domain("subtype_id.internal", "=", False)
        )

    def _kbs_get_portal_closing_stages(self):
        """Return the stages to which the client may close this ticket."""
        self.ensure_one()
        stages = self.team_id.with_company(self.company_id)._get_applicable_stages()
        return stages.filtered(lambda x: x.closed and x.close_from_portal)

    def _kbs_close_from_portal(self, stage_id):
        """Close the ticket as its client wishes.

        :param int stage_id: any other than a stage that is offered changes nothing
        """
        self.ensure_one()
        stage = self._kbs_get_portal_closing_stages().filtered(
            lambda x: x.id == stage_id
        )
        if stage and not self.closed:
            self.stage_id = stage
