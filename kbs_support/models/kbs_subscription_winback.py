from odoo import api, fields, models


class KbsSubscription(models.Model):
    """A client who left after the grace, and the two ways back.

    He begins anew at the regular price, or pays the gap and keeps tenure and loyalty
    (a manager may allow that).
    """

    _inherit = "kbs.subscription"

    gap_days = fields.Integer(string="Days without Support", compute="_compute_winback")
    winback_new_price = fields.Monetary(
        string="Begin Anew",
        compute="_compute_winback",
        help="Price of the same plan and term from today on.",
    )
    winback_new_until = fields.Date(compute="_compute_winback", string="Anew until")
    winback_gap_price = fields.Monetary(
        string="Pay the Gap",
        compute="_compute_winback",
        help="Price of a term that is counted from the day after the end; tenure and "
        "loyalty are kept. A manager allows it.",
    )
    winback_gap_term_id = fields.Many2one(
        comodel_name="kbs.term",
        string="Term with the Gap",
        compute="_compute_winback",
        help="The last term; where that is over already, the shortest one that "
        "reaches past today.",
    )
    winback_gap_until = fields.Date(
        compute="_compute_winback", string="With the Gap until"
    )

    @api.depends("state", "date_end")
    def _compute_winback(self):
        ended = self.filtered(lambda x: x.state == "ended")
        offers = ended._get_offers()
        for subscription in self:
            anew, paid = subscription._choose_winback(offers.get(subscription, []))
            today = subscription.company_id._kbs_today()
            is_ended = subscription in ended
            days = (today - subscription.date_end).days - 1 if is_ended else 0
            subscription.gap_days = days
            subscription.winback_new_price = anew.price if anew else 0.0
            subscription.winback_new_until = anew and anew.coverage.date_end
            subscription.winback_gap_price = paid.price if paid else 0.0
            subscription.winback_gap_term_id = paid and paid.term
            subscription.winback_gap_until = paid and paid.coverage.date_end

    def _choose_winback(self, offers):
        """Return the best offer from today on, and the best one over the gap."""
        term = self._get_last_period().term_id
        anew = [x for x in offers if not x.is_gap_paid and x.term == term]
        over_gap = [x for x in offers if x.is_gap_paid]
        same_term = [x for x in over_gap if x.term == term]
        return (
            min(anew, key=lambda x: x.price, default=None),
            min(
                same_term or over_gap,
                key=lambda x: (x.term.months, x.price),
                default=None,
            ),
        )
