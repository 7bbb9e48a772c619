import { registry } from "@web/core/registry";

/** The price table: one table of all prices, and a click that opens the rule. */
registry.category("web_tour.tours").add("kbs_price_table_tour", {
    url: "/odoo/support-prices",
    steps: () => [
        {
            content: "The dearest plan for a year",
            trigger: ".o_kbs_price_table:contains('113,040')",
        },
        {
            content: "The pack of hours",
            trigger: ".o_kbs_price_table:contains('6,900')",
        },
        {
            content: "Open the loyalty price of OPTIMA for 3 months",
            trigger: ".o_kbs_price_button:contains('16,830')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=fixed_price] input:value('16,830.00')",
        },
        {
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_kbs_price_table",
        },
    ],
});
