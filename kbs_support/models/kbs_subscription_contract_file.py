from odoo import fields, models
from odoo.exceptions import UserError

CONTRACT = "kbs_support.kbs_contract_report"
OFFER = "kbs_support.kbs_offer_report"


class KbsSubscription(models.Model):
    """The contract as it was issued: a file that is kept, for the client as well.

    The text of a contract follows the last period, so a later print says something
    else. What was issued stays as it was, until it is issued anew; the earlier file
    stays in the history.
    """

    _inherit = "kbs.subscription"

    contract_issued_on = fields.Date(
        readonly=True,
        copy=False,
        help="From this day on the client has it on his page, to send it back signed.",
    )
    # Who deletes the file takes it from the client as well.
    contract_file_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="Issued Contract",
        readonly=True,
        copy=False,
        ondelete="set null",
    )

    def action_issue_contract(self):
        """Keep the contract as it is today, and show it to the client.

        :raise AccessError: the user may not change subscriptions
        :raise UserError: nothing was sold, so there is nothing to agree on
        """
        self.check_access("write")
        for support in self:
            if not support._get_last_period():
                raise UserError(
                    self.env._(
                        "Nothing of %(number)s was sold yet, so there is no contract.",
                        number=support.name,
                    )
                )
            support._issue_contract_sudo()

    def _issue_contract_sudo(self):
        """Print, keep and note the contract; sudo: it names accounts and codes."""
        self.ensure_one()
        support = self.sudo()
        content = support._render_paper_sudo(CONTRACT)
        file = support.env["ir.attachment"].create(
            {
                "name": f"{support._get_contract_file_name()}.pdf",
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": support._name,
                "res_id": support.id,
            }
        )
        support.write(
            {
                "contract_file_id": file.id,
                "contract_issued_on": support.company_id._kbs_today(),
            }
        )
        support.message_post(
            body=self.env._("The contract was issued."), attachment_ids=file.ids
        )

    def _get_contract_file_name(self):
        """Return the name of the file without its ending."""
        return f"contract-{self._get_contract()[0]}".replace("/", "-")

    def _render_paper_sudo(self, report):
        """Return a PDF about this support; sudo: who may have it was checked before.

        :param str report: XML id
        """
        self.ensure_one()
        reports = self.env["ir.actions.report"]
        return reports._kbs_print_sudo(report, self, self.company_id)

    def _get_derived_fields(self):
        # EXTENDS kbs_support
        issued = {"contract_issued_on", "contract_file_id"}
        return super()._get_derived_fields() | issued
