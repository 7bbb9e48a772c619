from odoo import models
from odoo.fields import Domain

FETCHED = Domain("reason", "!=", "internal")
TOLD = Domain("result", "=", "told")


class KbsSubscription(models.Model):
    """What the institution as a whole got: versions, news, training, proposals.

    Two supports of one client tell the same of it.
    """

    _inherit = "kbs.subscription"

    def _get_passport_client(self, company, span):
        """Return what the clients of these supports got.

        :return: ``{subscription: dict}`` of ``versions`` (downloaded ones), ``told``
            (versions the client was told of), ``seats`` and ``events`` (attended),
            ``proposed``, ``realised`` and ``copies`` (``kbs.installation``)
        """
        clients = self.commercial_partner_id
        seats = self._get_passport_seats(company, span)
        counts = {
            # Fetched ones; and those he was told of, by any channel.
            "versions": self._count_passport_versions(
                "kbs.release.download", "started_at", FETCHED, company, span
            ),
            "told": self._count_passport_versions(
                "kbs.notice.contact", "done_at", TOLD, company, span
            ),
            **self._count_passport_proposals(company, span),
        }
        copies = self.env["kbs.installation"].search(
            Domain("commercial_partner_id", "in", clients.ids)
            & Domain("company_id", "=", company.id)
        )
        by_client = copies.grouped("commercial_partner_id")
        figures = {}
        for support in self:
            client = support.commercial_partner_id
            own = seats.get(client, self.env["event.registration"])
            figures[support] = {
                **{name: found.get(client, 0) for name, found in counts.items()},
                "seats": len(own),
                "events": own.event_id.mapped("name"),
                "copies": by_client.get(client, copies.browse()).filtered(
                    lambda x, own=support: x.subscription_id in (own, own.browse())
                ),
            }
        return figures

    def _count_passport_versions(self, model, moment, which, company, span):
        """Return ``{client: versions}`` of the rows ``which`` of ``model``, each once.

        :param str moment: the field of the moment (UTC) that is to be in ``span``
        """
        return dict(
            self.env[model]._read_group(
                which
                & Domain("commercial_partner_id", "in", self.commercial_partner_id.ids)
                & Domain("company_id", "=", company.id)
                & Domain(moment, ">=", span.start)
                & Domain(moment, "<", span.end),
                ["commercial_partner_id"],
                ["release_id:count_distinct"],
            )
        )

    def _get_passport_seats(self, company, span):
        """Return ``{client: seats}`` at events that somebody of his has attended."""
        seats = self.env["event.registration"].search(
            Domain("kbs_client_id", "in", self.commercial_partner_id.ids)
            & Domain("company_id", "in", [company.id, False])
            & Domain("state", "=", "done")
            & Domain("event_id.date_begin", ">=", span.start)
            & Domain("event_id.date_begin", "<", span.end),
            order="id",
        )
        return seats.grouped("kbs_client_id")

    def _count_passport_proposals(self, company, span):
        """Return ``{"proposed", "realised"}``, each ``{client: proposals}``.

        Made in these days, and done in these days, whenever they were made.
        """
        proposals = self.env["kbs.feedback"]
        own = (
            Domain("commercial_partner_id", "in", self.commercial_partner_id.ids)
            & Domain("company_id", "=", company.id)
            & Domain("kind", "=", "proposal")
        )
        made = Domain("received_on", ">=", span.first)
        made &= Domain("received_on", "<=", span.last)
        done = Domain("state", "=", "done") & Domain(
            "change_ids",
            "any",
            Domain("state", "=", "done")
            & Domain("moment", ">=", span.start)
            & Domain("moment", "<", span.end),
        )
        return {
            name: dict(
                proposals._read_group(
                    own & domain, ["commercial_partner_id"], ["__count"]
                )
            )
            for name, domain in (("proposed", made), ("realised", done))
        }
