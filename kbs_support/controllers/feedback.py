from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.kbs_feedback import OPEN_STATES
from ..models.kbs_feedback_portal import FILES, MAX_TEXT, MAX_TITLE
from ..tools.uploads import PROGRAMS
from .helpdesk_ticket_new import MAX_REQUEST
from .portal_list import PortalList, Select, all_or, group_select, sort_select
from .typed import read_files, read_line, read_typed, to_id

BY_DATE, BY_VOTES = "id desc", "vote_count desc, id desc"


class FeedbackPortal(CustomerPortal):
    """Proposals, complaints and remarks of a client, and what others propose."""

    # === WHAT THE CLIENT WROTE === #

    @route(
        ["/my/feedback", "/my/feedback/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def kbs_feedback_list(self, page=1, **query):
        Feedback, user = request.env["kbs.feedback"], request.env.user
        asked = self._kbs_read_feedback_list(query)
        domain = Feedback._get_portal_list_domain(user, asked.search) & asked.domain
        links = asked.page(Feedback.sudo().search_count(domain), page)  # a number
        rows = Feedback._prepare_portal_list_sudo(
            domain, asked.order, asked.get("groupby"), asked.step, links["offset"]
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_feedback",
            "bar": asked.prepare_bar(),
            "is_narrowed": asked.is_narrowed,
            "pager": links,
            "parts": asked.split(rows),
        }
        return request.render("kbs_support.portal_kbs_feedback_list", values)

    def _kbs_read_feedback_list(self, query):
        env = request.env
        kinds, states = (
            [(key, words, [(name, "=", key)]) for key, words in _get_words(name)]
            for name in ("kind", "state")
        )
        orders = {
            "date": env._("Newest first"),
            "votes": env._("Most wanted first"),
        }
        groups = {"kind": env._("By kind"), "state": env._("By status")}
        selects = [
            Select("kind", env._("Kind"), all_or(env._("All kinds"), kinds)),
            Select("state", env._("Status"), all_or(env._("Any status"), states)),
            sort_select(orders, {"date": BY_DATE, "votes": BY_VOTES}),
            group_select(groups, {"kind": "kind", "state": "state"}),
        ]
        return PortalList("/my/feedback", query, selects, env._("Number or words"))

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
        named = [x for x in sent if x.filename][: FILES.count + 1]
        return read_files(named, FILES.size + 1)

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
            "max_title": MAX_TITLE,
            "max_text": MAX_TEXT,
            "limits": FILES,
            "programs": " ".join(PROGRAMS),
        }
        return request.render("kbs_support.portal_kbs_feedback_form", values)

    # === WHAT OTHERS PROPOSE === #

    @route(
        ["/my/proposals", "/my/proposals/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def kbs_proposals(self, page=1, fault=None, **query):
        Feedback, user = request.env["kbs.feedback"], request.env.user
        asked = self._kbs_read_proposals(query)
        domain = Feedback._get_public_list_domain(request.env.company, asked.search)
        domain &= asked.domain
        links = asked.page(Feedback.sudo().search_count(domain), page)  # a number
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_proposals",
            "bar": asked.prepare_bar(),
            "is_narrowed": asked.is_narrowed,
            "pager": links,
            "asked": asked.chosen | {"search": asked.search},
            "is_refused": fault == "1",
            "proposals": Feedback._get_public_page_sudo(
                domain, user.partner_id, asked.step, links["offset"], asked.order
            ),
        }
        return request.render("kbs_support.portal_kbs_proposals", values)

    def _kbs_read_proposals(self, query):
        env = request.env
        narrowed = {
            "open": env._("Not decided yet"),
            "done": env._("Done"),
        }
        orders = {
            "votes": env._("Most wanted first"),
            "date": env._("Newest first"),
        }
        domains = {
            "open": [("state", "in", OPEN_STATES)],
            "done": [("state", "=", "done")],
        }
        options = [(key, narrowed[key], domain) for key, domain in domains.items()]
        selects = [
            Select(
                "filterby",
                env._("Which proposals"),
                all_or(env._("All proposals"), options),
            ),
            sort_select(orders, {"votes": BY_VOTES, "date": BY_DATE}),
        ]
        return PortalList("/my/proposals", query, selects, env._("What is it about?"))

    @route(
        "/my/proposals/<int:feedback_id>/vote",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def kbs_vote(self, feedback_id, take_back=None, page="1", **asked):
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
        # Back to the list as it was asked for.
        url = self._kbs_read_proposals(asked).get_url(to_id(page) or 1)
        if is_done:
            return request.redirect(f"{url}#proposal_{feedback_id}")
        return request.redirect(f"{url}{'&' if '?' in url else '?'}fault=1")


def _get_words(name):
    """Return ``[(key, words)]`` of a selection of feedback."""
    field = request.env["kbs.feedback"]._fields[name]
    return field._description_selection(request.env)
