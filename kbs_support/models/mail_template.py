from odoo import api, fields, models
from odoo.exceptions import AccessError


class MailTemplate(models.Model):
    """Ready answers: templates of tickets that leads keep and specialists use."""

    _inherit = "mail.template"

    kbs_is_canned = fields.Boolean(
        string="Ready Answer",
        help="Offered to specialists as a ready answer on a ticket.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        templates.filtered("kbs_is_canned")._kbs_check_may_keep_answers()
        return templates

    def write(self, vals):
        if vals.get("kbs_is_canned"):
            self._kbs_check_may_keep_answers()
        return super().write(vals)

    def _kbs_check_may_keep_answers(self):
        """Refuse who is no lead: everybody's answers are not one person's to change.

        Odoo lets every employee write templates of his own.
        """
        is_lead = self.env.su or self.env.user.has_group("kbs_support.group_kbs_lead")
        if self and not is_lead:
            raise AccessError(self.env._("Only leads keep the ready answers."))
