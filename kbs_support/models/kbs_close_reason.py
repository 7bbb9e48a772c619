from odoo import api, fields, models


class KbsCloseReason(models.Model):
    """Why a client no longer has support: chosen when a subscription is closed.

    Each reason is also offered where an opportunity is lost; this one owns the name.
    """

    _name = "kbs.close.reason"
    _description = "Reason for Closing a Subscription"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    lost_reason_id = fields.Many2one(
        comodel_name="crm.lost.reason",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The same reason, as it is chosen for a lost opportunity.",
    )

    _name_unique = models.UniqueIndex("(name)", "This reason already exists.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        reasons = super().create(vals_list)
        reasons._add_lost_reasons_sudo()
        return reasons

    def write(self, vals):
        res = super().write(vals)
        if copied := {k: v for k, v in vals.items() if k in ("name", "active")}:
            self._get_lost_reasons_sudo().write(copied)
        return res

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        res = super()._update_field_translations(
            field_name, translations, *args, **kwargs
        )
        if field_name == "name":
            for lost in self._get_lost_reasons_sudo():
                lost._update_field_translations("name", translations, *args, **kwargs)
        return res

    def unlink(self):
        """Lost opportunities keep their reason; nobody chooses it any more."""
        lost = self._get_lost_reasons_sudo()
        res = super().unlink()
        lost.active = False
        return res

    # === LOST OPPORTUNITIES === #

    def _add_lost_reasons_sudo(self):
        """Offer new reasons for lost opportunities too.

        Sudo: support managers keep reasons, and need no rights on the sales side.
        """
        missing = self.filtered(lambda x: not x.lost_reason_id)
        created = (
            self.env["crm.lost.reason"]
            .sudo()
            .create([{"name": x.name, "active": x.active} for x in missing])
        )
        for reason, lost in zip(missing, created, strict=True):
            reason.lost_reason_id = lost

    def _get_lost_reasons_sudo(self):
        return self.sudo().lost_reason_id
