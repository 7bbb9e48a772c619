from odoo import api, models
from odoo.tools import format_date

from .kbs_subscription_contract_file import OFFER


class KbsSubscription(models.Model):
    """The papers of a support on the pages of its client.

    Contract and offer say what support costs, so they are for who may see the
    invoices. A passport is for everybody of the client, without money for the others.
    """

    _inherit = "kbs.subscription"

    @api.model
    def _get_portal_papers_sudo(self, user, subscription_id):
        """Return the support whose papers with money ``user`` may have, or none."""
        person = user.sudo().partner_id
        support_sudo = self._get_portal_sudo(user, subscription_id)
        return support_sudo if person._kbs_may_see_invoices() else support_sudo.browse()

    def _has_portal_offer(self):
        """Say whether there is an offer of a renewal to be printed for the client."""
        self.ensure_one()
        return bool(self.sudo()._get_portal_offers()[self.sudo()])  # of his own support

    def _render_offer_sudo(self):
        """Return the PDF of the offer; sudo: who may have it was checked before."""
        return self._render_paper_sudo(OFFER)

    def _make_passport_sudo(self, year, sees_money):
        """Return the passport of one year; sudo: clients have no rights on it."""
        self.ensure_one()
        return (
            self.env["kbs.passport"]
            .sudo()
            .create(
                {
                    "subscription_ids": self.ids,
                    "year": str(year),
                    "sees_money": sees_money,
                }
            )
        )

    def _prepare_portal_contract(self):
        """Return the issued contract as plain values, or False."""
        self.ensure_one()
        url = self._kbs_get_portal_url()
        return bool(self.contract_file_id) and {
            "url": url,
            "pdf_url": f"{url}/pdf",
            "name": self._get_contract()[0],
            "date": format_date(self.env, self.contract_issued_on),
        }

    def _prepare_portal_page_sudo(self, user):
        # EXTENDS kbs_support: papers stand among the documents.
        support = self.sudo()
        page = super()._prepare_portal_page_sudo(user)
        url = f"/my/support/{self.id}"
        return page | {
            "contract": page["sees_money"] and support._prepare_portal_contract(),
            "offer_url": page["sees_money"] and page["has_offers"] and f"{url}/offer",
            "passports": [
                {"year": str(year), "url": f"{url}/passport/{year}"}
                for year in support._get_passport_years()
            ],
        }
