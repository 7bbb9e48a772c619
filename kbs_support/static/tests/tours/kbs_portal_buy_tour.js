import { registry } from "@web/core/registry";

/** A new client, in Ukrainian: from the tariffs to the support that is paid online. */
registry.category("web_tour.tours").add("kbs_portal_buy_tour", {
    steps: () => [
        {
            content: "The first price of the table",
            trigger: "html[lang='uk-UA'] table a[name=order]:first",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Plan, days and price; it begins with the payment",
            trigger: "button[name=choose]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Read it once more, and order",
            trigger: "button[name=confirm]:contains('зобов')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The code to pay by, for who pays by a transfer",
            trigger: "img.o_kbs_qr",
        },
        {
            content: "A provider is open: online",
            trigger: "a[name=online]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Odoo's page asks how by itself",
            trigger: "#pay_with.show input[name=customer_input]",
            run: "edit 4111",
        },
        {
            trigger: "#pay_with.show button[name=o_payment_submit_button]:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Back at the invoice, which is paid",
            trigger: "#invoice_content",
        },
    ],
});
