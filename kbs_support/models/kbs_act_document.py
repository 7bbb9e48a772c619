from odoo import models


class KbsAct(models.Model):
    """The act on paper."""

    _inherit = "kbs.act"

    def action_preview(self):
        """Show the PDF of this act in a tab of the browser."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/report/pdf/kbs_support.report_kbs_act/{self.id}",
            "target": "new",
        }

    def _get_document_lang(self):
        return self.partner_id._kbs_get_document_lang()

    def _get_file_name(self):
        """Return the name of the PDF, without its ending."""
        self.ensure_one()
        return f"act-{self.name}" if self.name else f"act-draft-{self.id}"

    def _prepare_document(self):
        """Return the document of this act, see ``kbs.document``."""
        self.check_access("read")
        # Sudo: what stands on an act is for who may read it.
        act = self.sudo()
        document = act.env["kbs.document"]
        return document._prepare(
            act.company_id,
            act.partner_id,
            title=act._get_title(),
            day=document._write_day(act.date),
            intro=[act._write_intro()],
            columns=[
                (act.env._("No."), False),
                (act.env._("Service"), False),
                (act.env._("Quantity"), True),
                (act.env._("Amount, %s", act._write_unit(act.currency_id)), True),
            ],
            rows=[
                [str(number), x.name, x.quantity, document._write_money(x.amount)]
                for number, x in enumerate(act.line_ids, 1)
            ],
            totals=[
                (act.env._("Total"), document._write_money(act.amount_total)),
                document._write_tax(act.amount_tax),
            ],
            words=document._write_words(act.amount_total, act.currency_id),
            outro=act._get_outro(),
            codes=document._prepare_codes(act.partner_id),
            is_signed=True,
        )

    def _write_unit(self, currency):
        """Return what amounts are in: "грн" for hryvnias, else the code."""
        return self.env._("UAH") if currency.name == "UAH" else currency.name

    def _get_title(self):
        number = self.name or "—"
        if self.kind == "correction":
            return self.env._("Correction to an act No. %(number)s", number=number)
        return self.env._("Act of services rendered No. %(number)s", number=number)

    def _write_intro(self):
        document = self.env["kbs.document"]
        number, day = self.subscription_id._get_contract()
        values = {
            "company": self.company_id.name,
            "client": self.partner_id.name,
            "contract": number,
            "contract_day": document._write_day(day),
            "first": document._write_day(self.date_start),
            "last": document._write_day(self.date_end),
        }
        if self.kind == "correction":
            return self.env._(
                "The Contractor, %(company)s, and the Client, %(client)s, correct act "
                "No. %(number)s of %(day)s under contract No. %(contract)s of "
                "%(contract_day)s. Reason: %(reason)s. The difference is:",
                number=self.corrected_act_id.name,
                day=document._write_day(self.corrected_act_id.date),
                reason=self.reason,
                **values,
            )
        return self.env._(
            "The Contractor, %(company)s, and the Client, %(client)s, have made this "
            "act: under contract No. %(contract)s of %(contract_day)s the Contractor "
            "has rendered, and the Client has accepted, from %(first)s to %(last)s "
            "these services:",
            **values,
        )

    def _get_outro(self):
        outro = [self.note] if self.note else []
        if self.kind == "correction":
            return outro
        return [
            *outro,
            self.env._(
                "The services are rendered in full and in time. The Client has no "
                "claims to their volume and quality."
            ),
        ]
