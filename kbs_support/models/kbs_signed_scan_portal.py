from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ..tools.locking import take_turn
from ..tools.uploads import FileLimits, get_files_fault, get_scan_kind
from .kbs_signed_scan import ACTIVITY

SCANS = FileLimits(count=1, size=10 * 2**20)
MAX_SCANS = 20  # of one paper: who sends more should call
MARKS = {"accepted": "success", "returned": "warning"}  # colours of Bootstrap
MIMETYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


class KbsSignedScan(models.Model):
    """How a signed copy comes from the portal, and what the client sees of it."""

    _inherit = "kbs.signed.scan"

    @api.model
    def _get_paper_domain(self, paper):
        """Domain of the copies of ``paper``: an act, or a support with its contract."""
        if paper._name == "kbs.act":
            return Domain("act_id", "=", paper.id)
        return Domain("act_id", "=", False) & Domain("subscription_id", "=", paper.id)

    @api.model
    def _get_portal_fault(self, paper, files):
        """Say in one sentence why these files are no signed copy, or None.

        :param files: ``[(name, bytes)]``
        """
        if not files:
            return self.env._("Choose the file of the signed copy.")
        sizes = [(name, len(content)) for name, content in files]
        if fault := get_files_fault(self.env, sizes, SCANS):
            return fault
        if not get_scan_kind(files[0][1]):
            return self.env._(
                "This is neither PDF nor a picture (JPG, PNG). Scan or photograph the "
                "signed paper, and send that file."
            )
        if not paper._kbs_takes_scan():
            return self.env._("This paper waits for no signature.")
        # Sudo: clients have no rights on it; the paper is theirs.
        sent = self.sudo().search_count(self._get_paper_domain(paper), limit=MAX_SCANS)
        if sent >= MAX_SCANS:
            return self.env._(
                "So many copies of this paper were sent that it is better to call us."
            )
        return None

    @api.model
    def _take_sudo(self, user, paper, content):
        """Keep the signed copy ``content`` of ``paper`` that ``user`` has sent.

        It takes the place of one that waits. The same file twice is one. Sudo: clients
        have no rights on it; whose paper it is was checked before.

        :param bytes content: see :meth:`_get_portal_fault`
        :return: the copy that waits
        """
        paper = paper.sudo()
        take_turn(paper)  # of two clicks the second finds what the first one made
        scans = self.sudo()
        domain = self._get_paper_domain(paper) & Domain("state", "=", "waiting")
        waiting = scans.search(domain)
        checksum = paper.env["ir.attachment"]._compute_checksum(content)
        if waiting and waiting.attachment_id.checksum == checksum:
            return waiting
        waiting.write({"state": "replaced"})
        waiting.flush_recordset()  # before another one waits
        file = self._keep_scan_sudo(paper, content)
        support = paper if paper._name == "kbs.subscription" else paper.subscription_id
        scan = scans.create(
            {
                "subscription_id": support.id,
                "act_id": paper.id if paper != support else False,
                "contract_file_id": paper == support and support.contract_file_id.id,
                "partner_id": user.sudo().partner_id.id,
                "attachment_id": file.id,
            }
        )
        scan._tell_manager_sudo()
        return scan

    @api.model
    def _keep_scan_sudo(self, paper, content):
        """Attach the copy; sudo: see :meth:`_take_sudo`.

        Under a name of ours: that of a client could be the name of the printed act.
        """
        kind = get_scan_kind(content)
        number = self.sudo().search_count(self._get_paper_domain(paper)) + 1
        return paper.env["ir.attachment"].create(
            {
                "name": f"signed-{paper._kbs_get_paper_name()}-{number}.{kind}",
                "raw": content,
                "mimetype": MIMETYPES[kind],
                "res_model": paper._name,
                "res_id": paper.id,
            }
        )

    def _tell_manager_sudo(self):
        """Note it at the paper, and ask who looks after the client to look, once."""
        self.ensure_one()
        paper = self._get_paper()
        paper.message_post(
            body=self.env._(
                "%(person)s has sent a signed copy.", person=self.partner_id.name
            ),
            attachment_ids=self.attachment_id.ids,
        )
        kind = self.env.ref(ACTIVITY, raise_if_not_found=False)
        user = paper._get_responsible()
        asked = kind and paper.activity_ids.filtered(
            lambda x: x.activity_type_id == kind
        )
        if kind and user and not asked:
            paper.activity_schedule(
                ACTIVITY,
                date_deadline=paper.company_id._kbs_today(),
                user_id=user.id,
            )

    # === WHAT THE CLIENT SEES === #

    def _get_portal_url(self):
        """Return the address of the page where the copy was sent."""
        return self._get_paper()._kbs_get_portal_url()

    @api.model
    def _prepare_portal_scan_sudo(self, paper):
        """Return what became of the last copy of ``paper``, as plain values, or False.

        Sudo: clients have no rights on it; the paper is theirs.
        """
        scan = self.sudo().search(self._get_paper_domain(paper), limit=1)
        if not scan:
            return False
        return {
            "state": scan.state,
            "mark": MARKS.get(scan.state, "info"),
            "words": scan._tell_portal(),
        }

    def _tell_portal(self):
        """Say to the client in one sentence what became of this copy."""
        company = self.company_id
        sent = format_datetime(
            self.env, self.sent_at, company.kbs_tz, dt_format="short"
        )
        if self.state == "accepted":
            day = format_date(self.env, self.signed_on)
            return self.env._("Signed, by scan, on %(day)s.", day=day)
        if self.state == "returned":
            return self.env._(
                "The copy sent on %(sent)s could not be accepted: %(word)s",
                sent=sent,
                word=self.word,
            )
        if self.state == "replaced":
            return False
        return self.env._(
            "%(person)s sent a signed copy on %(sent)s. We are looking at it.",
            person=self.partner_id.name,
            sent=sent,
        )
