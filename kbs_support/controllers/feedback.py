from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..models.kbs_feedback_portal import MAX_FILE_SIZE, MAX_FILES, MAX_TEXT, MAX_TITLE
from .helpdesk_ticket_new import MAX_REQUEST
from .typed import read_files, read_line, read_typed


class FeedbackPortal(CustomerPortal):
    """Proposals, complaints and remarks of a client, and what others propose."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "kbs_feedback_count" in counters:
            values["kbs_feedback_count"] = request.env[
                "kbs.feedback"
            ]._count_portal_sudo(request.env.user)
        return values

    # === WHAT THE CLIENT WROTE === #

    @route(
        ["/my/feedback", "/my/feedback/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def kbs_feedback_list(self, page=1, kind=None, **_kwargs):
        Feedback, user = request.env["kbs.feedback"], request.env.user
        links = pager(
            url="/my/feedback",
            total=Feedback._count_portal_sudo(user, kind),
            page=page,
            step=self._items_per_page,
            url_args={"kind": kind} if kind else None,
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_feedback",
            "pager": links,
            "kind": kind,
            "kinds": Feedback._fields["kind"]._description_selection(request.env),
            "feedback_list": Feedback._get_portal_page_sudo(
                user, kind, limit=self._items_per_page, offset=links["offset"]
            ),
        }
        return request.render("kbs_support.portal_kbs_feedback_list", values)

    @route("/my/feedback/<int:feedback_id>", type="http", auth="user", website=True)
    def kbs_feedback_page(self, feedback_id, **_kwargs):
        feedback = self._kbs_get_feedback_sudo(feedback_id)
        if not feedback:
            return request.redirect("/my/feedback")
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_feedback",
            "feedback": feedback,
            "history": feedback._get_portal_history(),
        }
        return request.render("kbs_support.portal_kbs_feedback_page", values)

    @route(
        "/my/feedback/<int:feedback_id>/file/<int:attachment_id>",
        type="http",
        auth="user",
        website=True,
    )
    def kbs_feedback_file(self, feedback_id, attachment_id, **_kwargs):
        feedback = self._kbs_get_feedback_sudo(feedback_id)
        files = feedback.client_attachment_ids
        attachment = files.filtered(lambda x: x.id == attachment_id)
        if not attachment:
            return request.redirect("/my/feedback")
        stream = request.env["ir.binary"]._get_stream_from(attachment)
        return stream.get_response(as_attachment=True)

    def _kbs_get_feedback_sudo(self, feedback_id):
        return request.env["kbs.feedback"]._get_portal_record_sudo(
            request.env.user, feedback_id
        )

    # === WRITING === #

    @route("/my/feedback/new", type="http", auth="user", website=True, methods=["GET"])
    def kbs_feedback_form(self, kind="proposal", **_kwargs):
        return self._kbs_render_form({"kind": kind}, {})

    # A file that is too large is read, so that what was typed is shown again.
    @route(
        "/my/feedback/new",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
        max_content_length=MAX_REQUEST,
    )
    def kbs_feedback_send(self, **post):
        Feedback, user = request.env["kbs.feedback"], request.env.user
        typed = read_typed(post, ("kind", "text", "category_id"))
        typed["title"] = read_line(post, "title")
        files = self._kbs_read_files()
        if faults := Feedback._get_portal_faults(user, typed, files):
            return self._kbs_render_form(typed, faults)
        feedback = Feedback._create_from_portal_sudo(user, typed, files)
        return request.redirect(f"/my/feedback/{feedback.id}")

    def _kbs_read_files(self):
        """Return the files that were sent as ``[(name, bytes)]``.

        Of each no more is read than is needed to see that it is too large.
        """
        sent = request.httprequest.files.getlist("files")
        named = [x for x in sent if x.filename][: MAX_FILES + 1]
        return read_files(named, MAX_FILE_SIZE + 1)

    def _kbs_render_form(self, typed, faults):
        Feedback = request.env["kbs.feedback"]
        company = request.env.user.company_id  # to which it will be sent
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_feedback_new",
            "typed": typed,
            "faults": faults,
            "kinds": Feedback._fields["kind"]._description_selection(request.env),
            "categories": Feedback._get_portal_categories_sudo(company),
            "complaint_days": company.sudo().kbs_complaint_days,
            "limits": {
                "title": MAX_TITLE,
                "text": MAX_TEXT,
                "files": MAX_FILES,
                "size": MAX_FILE_SIZE // 1024 // 1024,
            },
        }
        return request.render("kbs_support.portal_kbs_feedback_form", values)

    # === WHAT OTHERS PROPOSE === #

    @route(
        ["/my/proposals", "/my/proposals/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def kbs_proposals(self, page=1, fault=None, **_kwargs):
        Feedback = request.env["kbs.feedback"]
        company, partner = request.env.company, request.env.user.partner_id
        links = pager(
            url="/my/proposals",
            total=Feedback.sudo().search_count(  # a number
                Feedback._get_published_domain(company)
            ),
            page=page,
            step=self._items_per_page,
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_proposals",
            "pager": links,
            "page": page,
            "is_refused": fault == "1",
            "proposals": Feedback._get_public_page_sudo(
                company, partner, limit=self._items_per_page, offset=links["offset"]
            ),
        }
        return request.render("kbs_support.portal_kbs_proposals", values)

    @route(
        "/my/proposals/<int:feedback_id>/vote",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def kbs_vote(self, feedback_id, take_back=None, page="1", **_kwargs):
        if request.httprequest.method != "POST":
            # Whoever had to log in first comes by GET: he presses the button again.
            return request.redirect("/my/proposals")
        partner = request.env.user.partner_id
        Feedback = request.env["kbs.feedback"]
        proposal = Feedback._get_votable_sudo(request.env.company, feedback_id)
        is_done = bool(proposal)
        if take_back and proposal:
            try:
                proposal._unvote_sudo(partner)
            except UserError:  # it is his own; the page offers no such button
                is_done = False
        elif proposal:
            proposal._vote_sudo({proposal: partner})
        path = f"/my/proposals/page/{page}" if page.isdecimal() else "/my/proposals"
        return request.redirect(
            f"{path}#proposal_{feedback_id}" if is_done else f"{path}?fault=1"
        )
