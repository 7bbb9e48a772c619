import { registry } from "@web/core/registry";

/** A client takes part in a training event, in Ukrainian, and gives the seat back. */
registry.category("web_tour.tours").add("kbs_event_tour", {
    steps: () => [
        {
            content: "The page speaks Ukrainian, and says the own price",
            trigger: "html[lang=uk-UA] [name=kbs_prices] .badge.text-bg-success",
        },
        {
            trigger: "button[data-bs-target='#modal_ticket_registration']:visible",
            run: "click",
        },
        {
            content: "The price in the dialogue",
            trigger: "#modal_ticket_registration.show [name=kbs_own_price] .text-bg-success",
        },
        {
            trigger: "#modal_ticket_registration button.a-submit:enabled",
            run: "click",
        },
        {
            content: "Nothing is to be paid",
            trigger: "#modal_attendees_registration [name=kbs_bill] input[name=kbs_amount][value='0.00']:not(:visible)",
        },
        {
            content: "The dialogue has moved to its place",
            trigger: ".modal.modal_shown.show form[id=attendee_registration]",
        },
        {
            content: "Who comes",
            trigger: ".modal#modal_attendees_registration input[name*='1-name']",
            run: "edit Ганна Дем’янчук",
        },
        {
            trigger: "#modal_attendees_registration button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Registered",
            trigger: "[name=kbs_receipt]:contains('Ганна Дем’янчук')",
        },
        {
            trigger: ".o_wereg_confirmed a[href$='/my/events']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The seat stands among the own ones",
            trigger: "li.list-group-item:contains('Ганна Дем’янчук') form button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is given back",
            trigger: "li.list-group-item:contains('Ганна Дем’янчук'):not(:has(form))",
        },
    ],
});
