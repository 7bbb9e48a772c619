import { registry } from "@web/core/registry";

/** A client writes a ticket from his home. */
registry.category("web_tour.tours").add("kbs_portal_ticket_ask_tour", {
    steps: () => [
        {
            trigger: "html[lang='uk-UA'] section[aria-labelledby=kbs_tickets] a[href$='/new/ticket']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "form[action$='/submitted/ticket'] input[name=subject]",
            run: "edit Звіт порожній",
        },
        {
            trigger: "textarea[name=description]",
            run: "edit З самого ранку, у трьох касах",
        },
        {
            trigger: "form[action$='/submitted/ticket'] button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The ticket has a number, and says what he wrote",
            trigger: "#helpdesk_ticket_content:contains('у трьох касах')",
        },
    ],
});

/** He reads the answer, and closes the ticket. */
registry.category("web_tour.tours").add("kbs_portal_ticket_close_tour", {
    steps: () => [
        {
            trigger: "html[lang='uk-UA'] section[aria-labelledby=kbs_tickets] a:contains('Звіт порожній')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The specialist has answered",
            trigger: ".o_portal_chatter_message:contains('Оновіть довідник'), #chatterRoot:shadow .o-mail-Message:contains('Оновіть довідник')",
        },
        {
            trigger: "form[action$='/ticket/close'] button[type=submit]:first",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is closed: there is nothing to close any more",
            trigger: "#helpdesk_ticket_content",
        },
        {
            trigger: "body:not(:has(form[action$='/ticket/close']))",
        },
    ],
});

/** By the link of the letter: he rates, with a word of his own. */
registry.category("web_tour.tours").add("kbs_portal_ticket_rate_tour", {
    steps: () => [
        {
            trigger: "form[action*='/submit_feedback'] textarea[name=feedback]",
            run: "edit Швидко і зрозуміло",
        },
        {
            trigger: "form[action*='/submit_feedback'] button[type=submit]:visible",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "body:not(:has(form[action*='/submit_feedback'])) h1.text-center",
        },
    ],
});
