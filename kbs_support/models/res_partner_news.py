from odoo import api, fields, models
from odoo.tools import consteq, hmac


class ResPartner(models.Model):
    """What a person is to a campaign: a role, and whether he wants letters."""

    _inherit = "res.partner"

    kbs_role = fields.Selection(
        selection=[
            ("updates", "Installs updates"),
            ("accounting", "Chief accountant"),
            ("head", "Head of the institution"),
        ],
        string="Role in Support",
        help="Who of the client is told of new versions first.",
    )
    kbs_is_news_refused = fields.Boolean(
        string="No Letters about Versions",
        help="The person has unsubscribed. Versions with a legal deadline are still "
        "announced.",
    )

    # === UNSUBSCRIBING (RFC 8058) === #

    def _kbs_get_news_token(self):
        """Return the secret with which the person unsubscribes without a password."""
        self.ensure_one()
        return hmac(self.env(su=True), "kbs-news", (self.id, self.create_date))

    def _kbs_get_news_url(self):
        self.ensure_one()
        return (
            f"{self.get_base_url()}/support/news/{self.id}/{self._kbs_get_news_token()}"
        )

    @api.model
    def _kbs_find_by_news_token_sudo(self, partner_id, token):
        """Return the person that ``token`` was written to, or an empty record."""
        partner = self.sudo().browse(partner_id).exists()
        if partner and consteq(partner._kbs_get_news_token(), token):
            return partner
        return self.browse().sudo()

    def _kbs_refuse_news(self, is_refused=True):
        """Note once that the person wants no letters about versions, or does again."""
        changed = self.filtered(lambda x: x.kbs_is_news_refused != is_refused)
        changed.kbs_is_news_refused = is_refused
        for partner in changed:
            partner.message_post(
                body=self.env._("Wants no letters about new versions.")
                if is_refused
                else self.env._("Wants letters about new versions again.")
            )
