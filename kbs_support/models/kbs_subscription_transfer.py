import base64

from odoo import api, fields, models


class KbsSubscriptionTransfer(models.Model):
    """One passing of support from an institution to its successor, for the record."""

    _name = "kbs.subscription.transfer"
    _description = "Transfer of Support"
    _order = "date desc, id desc"

    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="subscription_id.company_id", store=True, index=True
    )
    old_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Former Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    new_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Successor",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    date = fields.Date(string="Transferred on", required=True, readonly=True)
    reason = fields.Text(
        string="Ground",
        required=True,
        readonly=True,
        help="Decision, order or deed that names the successor.",
    )
    document = fields.Binary(
        string="Scan", attachment=True, readonly=True, help="Scan of the document."
    )
    document_name = fields.Char(string="File Name", readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Transferred by",
        readonly=True,
        default=lambda self: self.env.user,
    )
    period_ids = fields.Many2many(
        comodel_name="kbs.subscription.period",
        string="Periods",
        readonly=True,
        help="Sold to the former client: their orders and invoices stay with him.",
    )

    _to_another = models.Constraint(
        "CHECK (old_partner_id != new_partner_id)",
        "The successor has to be another company.",
    )

    @api.depends("old_partner_id", "new_partner_id")
    def _compute_display_name(self):
        for transfer in self:
            names = (transfer.old_partner_id.name, transfer.new_partner_id.name)
            transfer.display_name = " → ".join(filter(None, names))

    # === BUSINESS METHODS === #

    def _tell_everybody(self):
        """Write the transfer into the history of the subscription and both clients.

        Contacts of the former client do not follow the successor's affairs.
        """
        for transfer in self:
            subscription = transfer.subscription_id
            old, new = transfer.old_partner_id, transfer.new_partner_id
            followers = subscription.message_partner_ids
            subscription.message_unsubscribe(
                followers.filtered(
                    lambda x, old=old: x.commercial_partner_id == old
                ).ids
            )
            names = {
                "number": subscription.name,
                "old": old.name,
                "new": new.name,
                "reason": transfer.reason,
            }
            subscription.message_post(
                body=self.env._(
                    "Transferred from %(old)s to %(new)s with all paid days and the "
                    "tenure. Ground: %(reason)s",
                    **names,
                ),
                attachments=transfer._get_scan(),
            )
            old.message_post(
                body=self.env._(
                    "Successor: %(new)s. Support %(number)s passed to it. Ground: "
                    "%(reason)s",
                    **names,
                )
            )
            new.message_post(
                body=self.env._(
                    "Successor of %(old)s. Support %(number)s passed from it. "
                    "Ground: %(reason)s",
                    **names,
                )
            )

    def _get_scan(self):
        """Return the scan as attachments of a message: ``[(name, bytes)]``."""
        scan = self.with_context(bin_size=False).document
        name = self.document_name or self.env._("Ground of the transfer")
        return [(name, base64.b64decode(scan))] if scan else []
