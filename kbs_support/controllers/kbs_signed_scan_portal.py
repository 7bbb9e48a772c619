from odoo.http import request, route

from ..models.kbs_signed_scan_portal import SCANS
from .kbs_support_home import KbsSupportPortal
from .typed import read_files


class KbsSignedScanPortal(KbsSupportPortal):
    """The pages of an act and of a contract, where the client sends them signed."""

    # === AN ACT === #

    @route(
        "/my/acts/<int:act_id>", type="http", auth="user", website=True, methods=["GET"]
    )
    def kbs_act_page(self, act_id, **_query):
        return self._kbs_render_act(self._kbs_find_act_sudo(act_id))

    @route(
        "/my/acts/<int:act_id>/scan",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def kbs_act_scan(self, act_id, **_typed):
        act_sudo = self._kbs_find_act_sudo(act_id)
        if fault := self._kbs_take_scan(act_sudo):
            return self._kbs_render_act(act_sudo, fault)
        return request.redirect(f"/my/acts/{act_sudo.id}")

    def _kbs_find_act_sudo(self, act_id):
        """Return the act; what is not the client's is as if it did not exist."""
        acts = request.env["kbs.act"]
        act_sudo = acts._get_portal_act_sudo(request.env.user, act_id)
        if not act_sudo:
            raise request.not_found()
        return act_sudo

    def _kbs_render_act(self, act_sudo, fault=None):
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_act",
            "act": act_sudo._prepare_portal_act(),
            **self._kbs_prepare_scan(act_sudo, fault),
        }
        return request.render("kbs_support.portal_kbs_act_page", values)

    # === A CONTRACT === #

    @route(
        "/my/support/<int:subscription_id>/contract",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_contract_page(self, subscription_id, **_query):
        return self._kbs_render_contract(self._kbs_find_contract_sudo(subscription_id))

    @route(
        "/my/support/<int:subscription_id>/contract/scan",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def kbs_contract_scan(self, subscription_id, **_typed):
        support_sudo = self._kbs_find_contract_sudo(subscription_id)
        if fault := self._kbs_take_scan(support_sudo):
            return self._kbs_render_contract(support_sudo, fault)
        return request.redirect(f"/my/support/{support_sudo.id}/contract")

    def _kbs_find_contract_sudo(self, subscription_id):
        """Return the support whose issued contract the user may have."""
        supports = request.env["kbs.subscription"]
        support_sudo = supports._get_portal_papers_sudo(
            request.env.user, subscription_id
        )
        if not support_sudo.contract_file_id:
            raise request.not_found()
        return support_sudo

    def _kbs_render_contract(self, support_sudo, fault=None):
        return self._kbs_render(
            "portal_kbs_contract_page",
            "kbs_contract",
            support_sudo,
            contract=support_sudo._prepare_portal_contract(),
            **self._kbs_prepare_scan(support_sudo, fault),
        )

    # === THE SIGNED COPY === #

    def _kbs_take_scan(self, paper_sudo):
        """Keep the file that was sent, or return in one sentence why not."""
        scans = request.env["kbs.signed.scan"]
        sent = request.httprequest.files.getlist("scan")
        # One byte more than what is taken, so that more is seen to be too much.
        files = read_files([x for x in sent if x.filename], SCANS.size + 1)
        if fault := scans._get_portal_fault(paper_sudo, files):
            return fault
        scans._take_sudo(request.env.user, paper_sudo, files[0][1])
        return None

    def _kbs_prepare_scan(self, paper_sudo, fault):
        scans = request.env["kbs.signed.scan"]
        return {
            "fault": fault,
            "scan": scans._prepare_portal_scan_sudo(paper_sudo),
            "takes_scan": paper_sudo._kbs_takes_scan(),
            "limits": SCANS,
            "scan_url": paper_sudo._kbs_get_portal_url() + "/scan",
        }
