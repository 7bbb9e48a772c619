# A compute returns nothing, and so does its extension.
# pylint: disable=missing-return
from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools.wording import nest_quotes


class CrmLead(models.Model):
    """What people may do to the opportunity of a renewal, and Odoo may not.

    Refusing and taking a refusal back go to the renewal; the rest of it is not set
    by hand. Odoo's guessing and merging are for prospects only.
    """

    _inherit = "crm.lead"

    # === CRUD METHODS === #

    def write(self, vals):
        self._kbs_check_derived(vals)
        if {"stage_id", "active"} & set(vals):
            self.filtered("kbs_renewal_id")._kbs_check_decided(vals)
        return super().write(vals)

    def _kbs_check_derived(self, vals):
        """Keep derived facts from being typed in: they follow from the renewal.

        :raise AccessError: somebody writes what only the renewal sets
        """
        derived = {
            "kbs_renewal_id",
            "partner_id",
            "expected_revenue",
            "date_deadline",
            "lost_reason_id",
        } & set(vals)
        if not derived or self.env.su:
            return
        if "kbs_renewal_id" in derived or self.filtered("kbs_renewal_id"):
            labels = self.fields_get(derived, ["string"]).values()
            raise AccessError(
                self.env._(
                    "These follow from the renewal of support and cannot be written: "
                    "%(fields)s",
                    fields=", ".join(label["string"] for label in labels),
                )
            )

    def _kbs_check_decided(self, vals):
        """Payment wins a renewal and nobody else; a refusal needs its reason.

        :raise UserError: somebody decides what the renewal decides
        """
        stage = self.env["crm.stage"].browse(vals.get("stage_id"))
        for lead in self:
            is_won = lead.sudo().kbs_renewal_id.state == "won"
            if "stage_id" in vals and is_won != stage.is_won:
                raise UserError(
                    self.env._(
                        "%(lead)s: a renewal is won by payment. It moves there when "
                        "the invoice is paid, and leaves it when the payment is taken "
                        "back.",
                        lead=nest_quotes(self.env, lead.name),
                    )
                )
            if "active" in vals and bool(vals["active"]) != lead.active:
                raise UserError(
                    self.env._(
                        "%(lead)s: the opportunity of a renewal is not archived. When "
                        "the client refuses, mark it as lost with the reason.",
                        lead=nest_quotes(self.env, lead.name),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_renewal(self):
        if renewals := self.filtered("kbs_renewal_id"):
            raise UserError(
                self.env._(
                    "%(lead)s belongs to a renewal and stays for the record. When the "
                    "client refuses, mark it as lost with the reason.",
                    lead=nest_quotes(self.env, renewals[0].name),
                )
            )

    # === ACTIONS === #

    def action_set_lost(self, **additional_values):
        # EXTENDS crm
        renewals = self.filtered("kbs_renewal_id")
        renewals._kbs_refuse(additional_values.get("lost_reason_id"))
        return super(CrmLead, self - renewals).action_set_lost(**additional_values)

    def action_unarchive(self):
        # EXTENDS crm: restoring, too, comes here.
        renewals = self.filtered("kbs_renewal_id")
        renewals._kbs_take_refusal_back()
        return super(CrmLead, self - renewals).action_unarchive()

    def action_sale_quotations_new(self):
        # EXTENDS sale_crm: a renewal has its own way to a quotation.
        if self.kbs_renewal_id:
            return self.kbs_subscription_id.action_renew()
        return super().action_sale_quotations_new()

    def action_view_kbs_subscription(self):
        """Open the subscription that is renewed, or is over its plan."""
        self.ensure_one()
        subscription = self.kbs_subscription_id or self.kbs_upsell_subscription_id
        return self.env["kbs.subscription"]._get_documents_action(
            "kbs_support.kbs_subscription_action", subscription.ids
        )

    # === BUSINESS METHODS === #

    def _kbs_refuse(self, lost_reason_id):
        """Note that the clients refuse.

        :param lost_reason_id: id of the ``crm.lost.reason`` that the user chose
        :raise UserError: it is no reason of support, or there is nothing to refuse
        """
        if not self:
            return
        self.check_access("write")
        reasons = self.env["kbs.close.reason"].search([("lost_reason_id", "!=", False)])
        reason = reasons.filtered(lambda x: x.lost_reason_id.id == lost_reason_id)
        if not reason:
            raise UserError(
                self.env._(
                    "Say why the client does not renew. Choose one of these reasons: "
                    "%(reasons)s.",
                    reasons=", ".join(reasons.mapped("name")),
                )
            )
        # A renewal is kept by the system; who may write its opportunity may refuse.
        self.sudo().kbs_renewal_id._refuse(reason)

    def _kbs_take_refusal_back(self):
        """The clients think again.

        :raise UserError: there is nothing left to renew
        """
        self.check_access("write")
        closed = self.filtered(lambda x: not x.active)
        # Sudo: as in _kbs_refuse.
        closed.sudo().kbs_renewal_id._take_refusal_back()

    def _prepare_opportunity_quotation_context(self):
        context = super()._prepare_opportunity_quotation_context()
        if self.kbs_renewal_id:
            context["default_kbs_subscription_id"] = self.kbs_subscription_id.id
        return context

    def _update_revenues_from_so(self, order):
        # EXTENDS sale_crm: a renewal brings what its offer says, tax included.
        prospects = self.filtered(lambda x: not x.kbs_renewal_id)
        return super(CrmLead, prospects)._update_revenues_from_so(order)

    # === DUPLICATES === #

    def _compute_potential_lead_duplicates(self):
        # Last year's renewal is no duplicate, and no prospect is one of it.
        renewals = self.filtered("kbs_renewal_id")
        renewals.update({"duplicate_lead_ids": False, "duplicate_lead_count": 0})
        prospects = self - renewals
        super(CrmLead, prospects)._compute_potential_lead_duplicates()
        for lead in prospects:
            similar = lead.duplicate_lead_ids.filtered(lambda x: not x.kbs_renewal_id)
            lead.duplicate_lead_count -= len(lead.duplicate_lead_ids - similar)
            lead.duplicate_lead_ids = similar

    def _get_lead_duplicates(self, partner=None, email=None, include_lost=False):
        leads = super()._get_lead_duplicates(partner, email, include_lost)
        return leads.filtered(lambda x: not x.kbs_renewal_id)

    def _merge_opportunity(self, *args, **kwargs):
        if renewals := self.filtered("kbs_renewal_id"):
            raise UserError(
                self.env._(
                    "%(lead)s belongs to a renewal and cannot be merged.",
                    lead=nest_quotes(self.env, renewals[0].name),
                )
            )
        return super()._merge_opportunity(*args, **kwargs)

    # === PREDICTIVE SCORING === #

    def _pls_get_naive_bayes_probabilities(self, batch_mode=False, is_tooltip=False):
        prospects = self.filtered(lambda x: not x.kbs_renewal_id)
        if not prospects:
            return {}, {}
        return super(CrmLead, prospects)._pls_get_naive_bayes_probabilities(
            batch_mode=batch_mode, is_tooltip=is_tooltip
        )

    def _pls_get_lead_pls_values(self, domain=None):
        # Nine renewals of ten are paid: that says nothing about prospects. Both
        # counting each win and loss and counting all of them anew come here.
        if domain:
            domain = Domain(domain) & Domain("kbs_renewal_id", "=", False)
        return super()._pls_get_lead_pls_values(domain=domain)

    # === PIPELINE === #

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """The pipeline of renewals has its own columns and not those of prospects."""
        team = self.env["kbs.renewal"]._get_lead_team()
        context = self.env.context
        if not team or not (
            context.get("kbs_renewal_pipeline")
            or context.get("default_team_id") == team.id
        ):
            return super()._read_group_stage_ids(stages, domain)
        return stages.search(
            Domain("id", "in", stages.ids) | Domain("team_ids", "in", team.ids)
        )
