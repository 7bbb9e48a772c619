import { registry } from "@web/core/registry";

/** A renewal as people make it: offers side by side, quotation, order, payment. */
registry.category("web_tour.tours").add("kbs_renewal_tour", {
    steps: () => [
        {
            content: "Find who ends soon",
            trigger: ".o_data_row:contains('Tour Hospital') button[name=action_renew]",
            run: "click",
        },
        {
            content: "The loyalty price says what it saves",
            trigger: ".o_kbs_offers tr:contains('6 months') .o_kbs_offer_loyalty:contains('saves')",
        },
        {
            content: "Terms outside the loyalty list have none",
            trigger: ".o_kbs_offers tr:contains('2 months'):not(:has(.o_kbs_offer_loyalty))",
        },
        {
            content: "Another plan has the regular price, and says why",
            trigger: ".o_kbs_offers .btn-group button:contains('PREMIUM')",
            run: "click",
        },
        {
            trigger: ".o_kbs_offers th:contains('No loyalty price')",
        },
        {
            trigger: ".o_kbs_offers .btn-group button:contains('OPTIMA')",
            run: "click",
        },
        {
            content: "One click makes the quotation",
            trigger: ".o_kbs_offers tr:contains('6 months') .o_kbs_offer_loyalty:contains('31,860')",
            run: "click",
        },
        {
            trigger: ".o_form_view [name=kbs_price_note]:contains('Loyalty price')",
        },
        {
            trigger: "button[name=action_confirm].btn-primary, button[name=action_confirm]:visible",
            run: "click",
        },
        {
            trigger: "button[name=action_view_invoice]",
            run: "click",
        },
        {
            trigger: "button[name=action_register_payment]:visible",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_create_payments]",
            run: "click",
        },
        {
            content: "Back to the subscription: the renewal is paid",
            trigger: ".o_form_view:not(:has(.modal)) button[name=action_view_kbs_subscriptions]",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Loyalty') [name=state]:contains('Starts later')",
        },
    ],
});
