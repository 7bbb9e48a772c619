import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** A sale as people make it: quotation, confirmation, payment, active subscription. */
registry.category("web_tour.tours").add("kbs_sale_tour", {
    url: "/odoo/support-orders/new",
    steps: () => [
        {
            content: "Choose the client",
            trigger: "div[name=partner_id] input",
            run: "edit Tour Hospital",
        },
        {
            trigger: ".ui-menu-item > a:contains('Tour Hospital')",
            run: "click",
        },
        {
            content: "Add a line",
            trigger: ".o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=product_template_id] input",
            run: "edit OPTIMA",
        },
        {
            trigger: ".ui-menu-item > a:contains('Support OPTIMA')",
            run: "click",
        },
        {
            content: "Choose the term",
            trigger: ".modal select",
            run: "selectByLabel 6 months",
        },
        {
            content: "The price of the term is shown",
            trigger: ".modal:contains('36,720')",
        },
        {
            trigger: ".modal button:contains('Confirm')",
            run: "click",
        },
        {
            content: "Dates, total and price per month stand on the line",
            trigger: ".o_data_row [name=kbs_date_start]:contains('05/14/2026')",
        },
        {
            trigger: ".o_data_row [name=kbs_date_end]:contains('11/13/2026')",
        },
        {
            trigger: ".o_data_row [name=kbs_price_month]:contains('6,120')",
        },
        ...stepUtils.saveForm(),
        {
            content: "Confirm the quotation",
            trigger: "button[name=action_confirm].btn-primary, button[name=action_confirm]:visible",
            run: "click",
        },
        {
            content: "The subscription is made and waits for payment",
            trigger: "button[name=action_view_kbs_subscriptions]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Not paid')",
        },
        {
            content: "Go to the invoice",
            trigger: "button[name=action_view_invoices]",
            run: "click",
        },
        {
            trigger: "button[name=action_register_payment]:visible",
            run: "click",
        },
        {
            content: "Pay it",
            trigger: ".modal button[name=action_create_payments]",
            run: "click",
        },
        {
            content: "Back to the subscription, which is active now",
            trigger: ".o_form_view:not(:has(.modal)) button[name=action_view_kbs_subscriptions]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Active')",
        },
        {
            trigger: ".o_data_row [name=state]:contains('Runs now')",
        },
    ],
});
