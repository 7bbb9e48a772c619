from odoo import api, fields, models

from .digest_digest import READERS

MANAGERS = "kbs_support.group_kbs_manager"


class DigestDigest(models.Model):
    """Who gets the digest of the support: managers, until they say that they do not."""

    _inherit = "digest.digest"

    kbs_offered_user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="kbs_digest_offered_rel",
        column1="digest_id",
        column2="user_id",
        string="Subscribed Once",
        help="Managers who were subscribed by themselves. Who unsubscribes is in this "
        "list and is not subscribed again.",
    )

    @api.model
    def _kbs_get_digest(self):
        """Return the digest of the support; it may have been deleted."""
        found = self.env.ref("kbs_support.kbs_digest", raise_if_not_found=False)
        return found or self.browse()

    @api.model
    def _kbs_subscribe_managers_sudo(self):
        """Subscribe who has become a manager, take off who is none any more.

        Done before each sending: there are many ways to become a manager, and one to
        get a letter. Whoever was subscribed once is left alone.

        Sudo: the job and the data file serve people of all companies.
        """
        digest = self.sudo()._kbs_get_digest()
        if not digest:
            return
        users = self.env.ref(MANAGERS).sudo().all_user_ids
        managers = users.filtered(lambda x: x.active and not x.share)
        known = digest.with_context(active_test=False).kbs_offered_user_ids
        new, gone = managers - known, known - managers
        if new or gone:
            digest._action_unsubscribe_users(gone)
            digest._action_subscribe_users(new)
            digest.kbs_offered_user_ids = managers

    @api.model
    def _cron_send_digest_email(self):
        # EXTENDS digest
        self._kbs_subscribe_managers_sudo()
        return super()._cron_send_digest_email()

    def _check_daily_logs(self):
        # EXTENDS digest: a week without logging in makes others monthly; who reads only
        # the letter keeps it.
        return super(DigestDigest, self - self._kbs_get_digest())._check_daily_logs()

    def _action_send_to_user(self, user, tips_count=1, consume_tips=True):
        # EXTENDS digest: to who may not read the figures it would be an empty letter.
        if self == self._kbs_get_digest() and not user.has_group(READERS):
            return False
        return super()._action_send_to_user(user, tips_count, consume_tips)
