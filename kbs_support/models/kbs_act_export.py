from hashlib import sha256
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree
from lxml.builder import E

from odoo import fields, models
from odoo.exceptions import UserError

MAX_ACTS = 200
INDEX, VERSION = "index.xml", "1"


class KbsAct(models.Model):
    """Acts for services of electronic documents: an archive of PDF files and an index.

    The index follows ``static/xsd/kbs_acts.xsd``; amounts are hryvnias with two
    decimals, days are local dates.
    """

    _inherit = "kbs.act"

    def action_export(self):
        """Download these acts as an archive.

        :raise UserError: drafts, acts of several companies, or too many of them
        """
        self._check_exportable()
        ids = ",".join(map(str, self.ids))
        return {
            "type": "ir.actions.act_url",
            "url": f"/kbs_support/acts?ids={ids}",
            "target": "self",
        }

    def _check_exportable(self):
        self.check_access("read")
        if self.filtered(lambda x: x.state == "draft"):
            raise UserError(self.env._("Issue the drafts first, or leave them out."))
        if len(self.company_id) > 1:
            raise UserError(self.env._("An archive has the acts of one company."))
        if len(self) > MAX_ACTS:
            raise UserError(
                self.env._(
                    "Choose at most %(count)s acts for one archive.", count=MAX_ACTS
                )
            )

    def _export(self):
        """Return the archive of these acts as bytes.

        :raise UserError: see :meth:`action_export`
        """
        self._check_exportable()
        archive, entries = BytesIO(), []
        with ZipFile(archive, "w", ZIP_DEFLATED) as files:
            for act in self.sorted(lambda x: (x.year, x.name)):
                content = act._render_pdf_sudo()
                name = f"{act._get_file_name()}.pdf"
                files.writestr(name, content)
                entries.append(
                    act.sudo()._prepare_index_entry(name, sha256(content).hexdigest())
                )
            files.writestr(INDEX, self.sudo()._prepare_index(entries))
        return archive.getvalue()

    def _prepare_index(self, entries):
        company = self.company_id
        index = E.acts(
            *entries,
            version=VERSION,
            made=fields.Datetime.now().isoformat(timespec="seconds") + "Z",
            company=company.name,
            edrpou=company.company_registry or "",
        )
        return etree.tostring(
            index, pretty_print=True, xml_declaration=True, encoding="UTF-8"
        )

    def _prepare_index_entry(self, file_name, digest):
        """Return the element of this act."""
        number, day = self.subscription_id._get_contract()
        entry = E.act(
            E.file(file_name, sha256=digest),
            E.client(
                self.partner_id.name, edrpou=self.partner_id.company_registry or ""
            ),
            E.contract(number=number, date=str(day)),
            E.total(f"{self.amount_total:.2f}", currency=self.currency_id.name),
            E.tax(f"{self.amount_tax:.2f}"),
            number=self.name,
            date=str(self.date),
            kind=self.kind,
            state=self.state,
            first=str(self.date_start),
            last=str(self.date_end),
        )
        if self.accepted_on:
            entry.append(E.accepted(date=str(self.accepted_on)))
        if corrected := self.corrected_act_id:
            entry.append(
                E.corrects(self.reason, number=corrected.name, date=str(corrected.date))
            )
        entry.append(E.lines(*(x._prepare_index_line() for x in self.line_ids)))
        return entry


class KbsActLine(models.Model):
    _inherit = "kbs.act.line"

    def _prepare_index_line(self):
        return E.line(
            self.name,
            kind=self.kind,
            first=str(self.date_start),
            last=str(self.date_end),
            days=str(self.days),
            minutes=str(self.minutes),
            amount=f"{self.amount:.2f}",
            tax=f"{self.amount_tax:.2f}",
        )
