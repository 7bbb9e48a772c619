"""How each route of the add-on answers, and to whom.

A new route has a row here, or ``test_routes.py`` fails. The five words of a row are
what the own client gets (an administrator who sees invoices), his colleague, a
colleague who sees no invoices, a stranger with support of his own, and nobody (not
logged in); two words are for who is logged in, and for nobody. What a stranger gets is
also what anybody gets for a number that does not exist, unless the row says otherwise.
See ``routes_common.Route``.
"""

from .routes_common import CALL, GET, POST, Route

DEED = "/my/colleagues/<int:person_id>/<any(again,remove,administrator,invoices):deed>"

ROUTES = [
    # Support
    Route("/my/support", GET, "/my/support", "200 login"),
    Route(
        "/my/support/<int:subscription_id>",
        GET,
        "/my/support/{support}",
        "200 200 200 404 login",
    ),
    Route(
        "/my/support/<int:subscription_id>/renew",
        GET,
        "/my/support/{support}/renew",
        "200 200 200 404 login",
    ),
    Route(
        "/my/support/<int:subscription_id>/renew",
        POST,
        "/my/support/{support}/renew",
        ">/my/support/order/# >/my/support/order/# 200 404 login",
        data={"term": "{term}", "price": "{price}"},
    ),
    Route(
        "/my/support/<int:subscription_id>/hours",
        GET,
        "/my/support/{support}/hours",
        "200 200 200 404 login",
    ),
    Route(
        "/my/support/<int:subscription_id>/hours",
        POST,
        "/my/support/{support}/hours",
        ">/my/support/order/# >/my/support/order/# 200 404 login",
        data={"product": "{hour}", "quantity": "2", "price": "{hour_price}"},
    ),
    Route(
        "/my/support/<int:subscription_id>/plan",
        GET,
        "/my/support/{support}/plan",
        "200 200 200 404 login",
    ),
    Route(
        "/my/support/<int:subscription_id>/plan",
        POST,
        "/my/support/{support}/plan",
        ">/my/support/order/# >/my/support/order/# 200 404 login",
        data={"plan": "{plan}", "price": "{plan_price}"},
    ),
    Route(
        "/my/support/order/<int:order_id>",
        GET,
        "/my/support/order/{order}",
        "200 200 404 404 login",
    ),
    Route(
        "/my/support/order/<int:order_id>",
        POST,
        "/my/support/order/{order}",
        ">/my/support/pay/# >/my/support/pay/# 404 404 login",
        data={"amount": "{amount}"},
    ),
    # Who has support is led to it.
    Route(
        "/my/support/buy",
        GET,
        "/my/support/buy?plan={plan}&term={term}",
        ">/my/support/# login",
    ),
    Route(
        "/my/support/buy",
        POST,
        "/my/support/buy",
        ">/my/support/# login",
        data={"plan": "{plan}", "term": "{term}", "price": "{price}"},
    ),
    Route(
        "/my/support/<int:subscription_id>/request",
        GET,
        "/my/support/{support}/request",
        "200 200 200 404 login",
    ),
    Route(
        "/my/support/<int:subscription_id>/request",
        POST,
        "/my/support/{support}/request",
        ">/my/ticket/# >/my/ticket/# >/my/ticket/# 404 login",
        data={"kind": "pause", "reason": "We need a rest"},
        words=("reason",),
    ),
    Route(
        "/my/support/pay/<int:invoice_id>",
        GET,
        "/my/support/pay/{bill}",
        "200 200 404 404 login",
    ),
    Route(
        "/my/support/pay/<int:invoice_id>/qr",
        GET,
        "/my/support/pay/{bill}/qr",
        "200 200 404 404 login",
    ),
    # Acts
    Route("/my/acts", GET, "/my/acts", "200 login"),
    Route("/my/acts/page/<int:page>", GET, "/my/acts/page/1", "200 login"),
    Route(
        "/my/acts/<int:act_id>/pdf",
        GET,
        "/my/acts/{act}/pdf",
        "200 200 404 404 login",
    ),
    Route("/my/acts/<int:act_id>", GET, "/my/acts/{act}", "200 200 404 404 login"),
    Route(
        "/my/acts/<int:act_id>/scan",
        POST,
        "/my/acts/{act}/scan",
        "200 200 404 404 login",  # without a file the page says so
    ),
    Route("/kbs_support/acts", GET, "/kbs_support/acts?ids={act}", "403 login"),
    # Papers
    Route(
        "/my/support/<int:subscription_id>/contract",
        GET,
        "/my/support/{support}/contract",
        "200 200 404 404 login",
    ),
    Route(
        "/my/support/<int:subscription_id>/contract/pdf",
        GET,
        "/my/support/{support}/contract/pdf",
        "200 200 404 404 login",
    ),
    Route(
        "/my/support/<int:subscription_id>/contract/scan",
        POST,
        "/my/support/{support}/contract/scan",
        "200 200 404 404 login",
    ),
    Route(
        "/my/support/<int:subscription_id>/offer",
        GET,
        "/my/support/{support}/offer",
        "200 200 404 404 login",
    ),
    Route(
        "/my/support/<int:subscription_id>/passport/<int:year>",
        GET,
        "/my/support/{support}/passport/2026",
        "200 200 200 404 login",
    ),
    # People
    Route("/my/colleagues", GET, "/my/colleagues", "200 login"),
    Route(
        "/my/colleagues/page/<int:page>",
        GET,
        "/my/colleagues/page/1",
        "200 login",
    ),
    Route(
        "/my/colleagues/invite",
        GET,
        "/my/colleagues/invite",
        ">/my/colleagues login",
    ),
    Route(
        "/my/colleagues/invite",
        POST,
        "/my/colleagues/invite",
        ">/my/colleagues 403 403 403 login",
        data={"name": "Nina New", "email": "nina@h.example.com"},
        words=("name",),
    ),
    Route(
        "/my/colleagues/invoices",
        GET,
        "/my/colleagues/invoices",
        ">/my/colleagues login",
    ),
    Route(
        "/my/colleagues/invoices",
        POST,
        "/my/colleagues/invoices",
        ">/my/colleagues 403 403 403 login",
        data={"who": "all"},
    ),
    Route(
        DEED,
        GET,
        "/my/colleagues/{person}/remove",
        ">/my/colleagues login",
    ),
    Route(
        DEED,
        POST,
        "/my/colleagues/{person}/again",
        ">/my/colleagues 403 403 404 login",
        data={},
    ),
    Route(
        DEED,
        POST,
        "/my/colleagues/{person}/remove",
        ">/my/colleagues 403 403 404 login",
        data={},
    ),
    Route(
        DEED,
        POST,
        "/my/colleagues/{person}/administrator",
        ">/my/colleagues 403 403 404 login",
        data={"on": "1"},
    ),
    Route(
        DEED,
        POST,
        "/my/colleagues/{person}/invoices",
        ">/my/colleagues 403 403 404 login",
        data={"on": "1"},
    ),
    # Hours
    Route("/my/hours", GET, "/my/hours?subscription={support}", "200 login"),
    Route(
        "/my/hours/pdf",
        GET,
        "/my/hours/pdf?subscription={support}",
        "200 login",
    ),
    # Tickets
    Route("/my/tickets", GET, "/my/tickets", "200 login"),
    Route(
        "/my/tickets/page/<int:page>",
        GET,
        "/my/tickets/page/1",
        "200 login",
    ),
    Route(
        "/my/ticket/<int:ticket_id>",
        GET,
        "/my/ticket/{ticket}",
        "200 200 200 >/my >/my",
    ),
    Route(
        "/my/ticket/<int:ticket_id>/<access_token>",
        GET,
        "/my/ticket/{ticket}/{ticket_token}",
        "200 200",
        missing=">/my",
    ),
    Route(
        "/my/ticket/<int:ticket_id>/<access_token>",
        GET,
        "/my/ticket/{ticket}/wrong-token",
        "200 200 200 >/my >/my",
    ),
    Route("/new/ticket", GET, "/new/ticket", "200 login"),
    Route(
        "/submitted/ticket",
        GET,
        "/submitted/ticket",
        ">/new/ticket login",
    ),
    Route(
        "/submitted/ticket",
        POST,
        "/submitted/ticket",
        ">/my/ticket/# login",
        data={"subject": "It fails", "description": "Since today"},
        words=("subject", "description"),
    ),
    Route(
        "/ticket/close",
        POST,
        "/ticket/close",
        ">/my/ticket/# >/my/ticket/# >/my/ticket/# >/my >/my",
        data={"ticket_id": "{ticket}", "stage_id": "{stage}"},
    ),
    Route(
        "/ticket/close",
        POST,
        "/ticket/close",
        ">/my/ticket/# >/my/ticket/# >/my/ticket/# >/my >/my",
        data={
            "ticket_id": "{ticket}",
            "stage_id": "{stage}",
            "access_token": "wrong-token",
        },
    ),
    Route(
        "/my/ticket/<int:ticket_id>/booking",
        GET,
        "/my/ticket/{ticket}/booking",
        "200 200 200 >/my login",
    ),
    Route(
        "/my/ticket/<int:ticket_id>/booking",
        POST,
        "/my/ticket/{ticket}/booking",
        ">/my/ticket/#/booking >/my/ticket/#/booking >/my/ticket/#/booking >/my login",
        data={"moment": "2026-05-18 07:00:00", "note": "The report"},
        words=("note",),
    ),
    Route(
        "/my/ticket/<int:ticket_id>/booking/cancel",
        POST,
        "/my/ticket/{ticket}/booking/cancel",
        ">/my/ticket/#/booking >/my/ticket/#/booking >/my/ticket/#/booking >/my login",
        data={"booking_id": "1"},
    ),
    # Call-backs
    Route("/my/callback", GET, "/my/callback", "200 login"),
    Route(
        "/my/callback",
        POST,
        "/my/callback",
        ">/my/ticket/# login",
        data={
            "phone": "044 123 45 67",
            "day": "2026-05-15",
            "time": "11:00",
            "topic": "The report",
        },
        words=("topic",),
    ),
    # Proposals and complaints
    Route("/my/feedback", GET, "/my/feedback", "200 login"),
    Route(
        "/my/feedback/page/<int:page>",
        GET,
        "/my/feedback/page/1",
        "200 login",
    ),
    Route("/my/feedback/new", GET, "/my/feedback/new", "200 login"),
    Route(
        "/my/feedback/new",
        POST,
        "/my/feedback/new",
        ">/my/feedback/# login",
        data={"kind": "remark", "title": "A title", "text": "My words"},
        words=("title", "text"),
    ),
    Route(
        "/my/feedback/<int:feedback_id>",
        GET,
        "/my/feedback/{feedback}",
        "200 200 200 >/my/feedback login",
    ),
    Route(
        "/my/feedback/<int:feedback_id>/file/<int:attachment_id>",
        GET,
        "/my/feedback/{feedback}/file/{feedback_file}",
        "200 200 200 >/my/feedback login",
    ),
    Route("/my/proposals", GET, "/my/proposals", "200 login"),
    Route(
        "/my/proposals/page/<int:page>",
        GET,
        "/my/proposals/page/1",
        "200 login",
    ),
    Route(
        "/my/proposals/<int:feedback_id>/vote",
        GET,
        "/my/proposals/{proposal}/vote",
        ">/my/proposals login",
        missing=">/my/proposals",
    ),
    Route(
        "/my/proposals/<int:feedback_id>/vote",
        POST,
        "/my/proposals/{proposal}/vote",
        ">/my/proposals login",
        missing=">/my/proposals",
        data={"page": "1"},
    ),
    # Versions
    Route("/my/releases", GET, "/my/releases", "200 login"),
    Route(
        "/my/releases/page/<int:page>",
        GET,
        "/my/releases/page/1",
        "200 login",
    ),
    Route(
        "/my/releases/<int:release_id>",
        GET,
        "/my/releases/{release}",
        "200 login",
    ),
    Route(
        "/my/releases/<int:release_id>",
        GET,
        "/my/releases/{draft}",
        "404 login",
    ),
    Route(
        "/my/releases/<int:release_id>/file/<int:file_id>",
        GET,
        "/my/releases/{release}/file/{file}",
        ">/my/releases/# login",
        missing=">/my/releases/#",
    ),
    Route(
        "/my/releases/<int:release_id>/file/<int:file_id>",
        POST,
        "/my/releases/{release}/file/{file}",
        ">/my/releases/download/#/* login",
        data={},
    ),
    Route(
        "/my/releases/download/<int:download_id>/<string:token>",
        GET,
        "/my/releases/download/{link}/{link_token}",
        "200 403 403 403 login",
        missing="403",
    ),
    Route(
        "/my/releases/download/<int:download_id>/<string:token>",
        GET,
        "/my/releases/download/{link}/wrong-token",
        "403 login",
        missing="403",
    ),
    Route(
        "/my/releases/download/<int:download_id>/<string:token>",
        GET,
        "/my/releases/download/{old_link}/{old_link_token}",
        "410 403 403 403 login",
        missing="403",
    ),
    Route(
        "/my/releases/copy/<int:copy_id>",
        GET,
        "/my/releases/copy/{copy}",
        ">/my/releases login",
    ),
    Route(
        "/my/releases/copy/<int:copy_id>",
        POST,
        "/my/releases/copy/{copy}",
        ">/my/releases >/my/releases >/my/releases 404 login",
        data={"version": "8.10.2"},
    ),
    Route(
        "/kbs/release/<int:release_id>/upload",
        POST,
        "/kbs/release/{release}/upload",
        "422 login",
        missing="422",
        data={},
    ),
    # Training events
    Route("/my/events", GET, "/my/events", "200 login"),
    Route("/my/events/page/<int:page>", GET, "/my/events/page/1", "200 login"),
    Route(
        "/my/events/<int:registration_id>/cancel",
        POST,
        "/my/events/{seat}/cancel",
        ">/my/events >/my/events >/my/events 404 login",
        data={},
    ),
    Route(
        "/my/events/<int:registration_id>/certificate",
        GET,
        "/my/events/{attended}/certificate",
        "200 200 200 404 login",
    ),
    Route(
        "/my/events/<int:registration_id>/certificate",
        GET,
        "/my/events/{seat}/certificate",
        "404 login",
    ),
    Route(
        '/event/<model("event.event"):event>/registration/confirm',
        POST,
        "/event/{event}/registration/confirm",
        ">/event/training-#/register 404",
        data={},
    ),
    # The back office
    Route(
        "/kbs/client_import/template", GET, "/kbs/client_import/template", "403 login"
    ),
    Route(
        "/kbs/client_import/<int:import_id>/faults",
        GET,
        "/kbs/client_import/1/faults",
        "403 login",
    ),
    # Library
    Route("/library", GET, "/library", "200 200"),
    Route("/library/page/<int:page>", GET, "/library/page/1", "200 200"),
    Route("/library/<string:slug>", GET, "/library/{slug}", "200 403"),
    Route(
        "/library/file/<int:article_id>/<int:file_id>",
        GET,
        "/library/file/{article}/{article_file}",
        "200 404",
    ),
    Route(
        "/library/vote/<int:article_id>",
        GET,
        "/library/vote/{article}",
        ">/library/how-# 404",
    ),
    Route(
        "/library/vote/<int:article_id>",
        POST,
        "/library/vote/{article}",
        ">/library/how-# 404",
        data={"helpful": "yes"},
    ),
    Route(
        "/library/suggest",
        CALL,
        "/library/suggest",
        "200 200",
        data={"text": "certificate"},
        words=("text",),
    ),
    # Public pages
    Route("/tariffs", GET, "/tariffs", "200 200"),
    Route(
        "/support/question",
        GET,
        "/support/question",
        ">/new/ticket 200",
    ),
    Route(
        "/support/question",
        POST,
        "/support/question",
        ">/support/question >/support/question",
        data={
            "name": "Petro",
            "email": "petro@example.com",
            "text": "How much?",
            "stamp": "{question_stamp}",
        },
        words=("name", "text", "organization"),
    ),
    Route(
        "/support/call",
        GET,
        "/support/call",
        ">/my/callback 200",
    ),
    Route(
        "/support/call",
        POST,
        "/support/call",
        ">/support/call >/support/call",
        data={"name": "Petro", "phone": "0441234567", "stamp": "{call_stamp}"},
        words=("name", "text", "organization"),
    ),
    # Links of letters
    Route(
        "/support/news/<int:partner_id>/<string:token>",
        GET,
        "/support/news/{reader}/{news}",
        "200 200",
    ),
    Route(
        "/support/news/<int:partner_id>/<string:token>",
        POST,
        "/support/news/{reader}/{news}",
        "200 200",
        data={"List-Unsubscribe": "One-Click"},
        csrf=False,
    ),
    Route(
        "/support/news/<int:partner_id>/<string:token>",
        POST,
        "/support/news/{reader}/wrong-token",
        "404 404",
        data={"List-Unsubscribe": "One-Click"},
        csrf=False,
    ),
    Route(
        "/rate/<string:token>/<int:rate>",
        GET,
        "/rate/{rating}/5",
        "200 200",
    ),
    Route(
        "/rate/<string:token>/<int:rate>",
        GET,
        "/rate/wrong-token/5",
        "404 404",
    ),
    Route(
        "/rate/<string:token>/submit_feedback",
        GET,
        "/rate/{rating}/submit_feedback",
        "200 200",
    ),
    Route(
        "/rate/<string:token>/submit_feedback",
        POST,
        "/rate/{rating}/submit_feedback",
        "200 200",
        data={"rate": "5", "feedback": "Thank you"},
        words=("feedback",),
    ),
    Route(
        "/rate/<string:token>/submit_feedback",
        POST,
        "/rate/wrong-token/submit_feedback",
        "404 404",
        data={"rate": "5", "feedback": "Thank you"},
        words=("feedback",),
    ),
]

# Pages of Odoo and of helpdesk_mgmt that show what our rules keep apart.
OTHERS = [
    Route(
        "/my/invoices/<int:invoice_id>",
        GET,
        "/my/invoices/{bill}",
        "200 200 >/my >/my >/my",
    ),
    Route(
        "/my/orders/<int:order_id>", GET, "/my/orders/{order}", "200 200 >/my >/my >/my"
    ),
    Route("/my/invoices", GET, "/my/invoices", "200 login"),
    Route("/my/orders", GET, "/my/orders", "200 login"),
    Route("/my/quotes", GET, "/my/quotes", "200 login"),
    Route("/my/home", GET, "/my/home", "200 login"),
]
