from odoo import api, fields, models
from odoo.tools import SQL


class KbsSubscription(models.Model):
    """How well the promises to a client were kept in the period that runs."""

    _inherit = "kbs.subscription"

    clocks_ended = fields.Integer(
        compute="_compute_clocks_kept",
        help="Answers and solutions that were met or missed in the running period.",
    )
    clocks_kept = fields.Float(
        string="Terms Kept",
        compute="_compute_clocks_kept",
        help="Share of those that were met.",
    )

    @api.depends_context("uid")
    def _compute_clocks_kept(self):
        counts = self._count_clocks_sudo()
        for subscription in self:
            met, ended = counts.get(subscription.id, (0, 0))
            subscription.clocks_ended = ended
            subscription.clocks_kept = met / ended if ended else 0

    def _count_clocks_sudo(self):
        """Return ``{id: (met, met or missed)}`` of the clocks of the running periods.

        Sudo: two numbers beside the subscription; the clocks ask for the right.
        """
        if not self.ids:
            return {}
        self.env["kbs.sla.target"].flush_model(["state", "date_start", "ticket_id"])
        self.env["helpdesk.ticket"].flush_model(["kbs_subscription_id"])
        self.env["kbs.subscription.period"].flush_model()
        # Companies of one list share their day but for minutes around midnight.
        today = min(x._kbs_today() for x in self.company_id.sudo())
        rows = self.env.execute_query(
            SQL(
                """
                SELECT t.kbs_subscription_id,
                       count(*) FILTER (WHERE c.state = 'met'),
                       count(*)
                  FROM kbs_sla_target c
                  JOIN helpdesk_ticket t ON t.id = c.ticket_id
                  JOIN kbs_subscription_period p
                    ON p.subscription_id = t.kbs_subscription_id
                   AND p.is_cancelled IS NOT TRUE
                   AND %(today)s BETWEEN p.date_start AND p.date_end
                   AND c.date_start >= p.date_start
                 WHERE t.kbs_subscription_id IN %(ids)s
                   AND c.state IN ('met', 'missed')
              GROUP BY t.kbs_subscription_id
                """,
                today=today,
                ids=tuple(self.ids),
            )
        )
        return {row[0]: row[1:] for row in rows}
