from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        # EXTENDS mail: whoever has called a client about the renewal has talked to him.
        renewals = self._kbs_get_called_renewals_sudo()
        res = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        renewals._note_called()
        return res

    def _kbs_get_called_renewals_sudo(self):
        """Return the running renewals that these activities are calls about.

        Sudo: a renewal is kept by the system, people only read it.
        """
        call_type = self.env["kbs.renewal"]._get_call_type()
        calls = self.filtered(
            lambda x: (
                x.res_model == "kbs.subscription" and x.activity_type_id == call_type
            )
        )
        subscriptions = (
            self.env["kbs.subscription"].sudo().browse(calls.mapped("res_id"))
        )
        return subscriptions.exists().renewal_id
