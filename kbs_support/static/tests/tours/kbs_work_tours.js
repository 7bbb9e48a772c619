import { registry } from "@web/core/registry";

/** A specialist works beyond the plan: sees it first, ends the timer, sells a pack. */
registry.category("web_tour.tours").add("kbs_work_tour", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_kbs_start_work]",
            run: "click",
        },
        {
            content: "A consultation is in the plan",
            trigger: ".modal .alert-success:contains('Included in the plan')",
        },
        {
            content: "Other work is not: the hours of the month are used up",
            trigger: ".modal label:contains('Other work')",
            run: "click",
        },
        {
            trigger: ".modal .alert-warning:contains('Over the plan')",
        },
        {
            trigger: ".modal button[name=action_apply]:visible",
            run: "click",
        },
        {
            content: "The timer says since when",
            trigger: "body:not(:has(.modal)) div[name=kbs_timer] [name=kbs_timer_start]",
        },
        {
            trigger: "button[name=action_kbs_stop_work]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=hours] input",
            run: "edit 1:30",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Restored the database",
        },
        {
            trigger: ".modal button[name=action_apply]:visible",
            run: "click",
        },
        {
            content: "What was booked, and that it is over the plan",
            trigger: ".o_notification:contains('Over the plan 1 h 30 min')",
        },
        {
            trigger: "body:not(:has(.modal)) button[name=action_kbs_start_work]",
        },
        {
            trigger: "a.nav-link[name=kbs_work]",
            run: "click",
        },
        {
            trigger:
                ".o_data_row:contains('Restored the database') [name=kbs_drawn]:contains('to decide')",
        },
        {
            content: "The list of what waits for a decision",
            trigger: "button[data-menu-xmlid='kbs_support.menu_kbs_line']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='kbs_support.menu_kbs_over_plan']",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Restored the database') [name=state]:contains('To decide')",
        },
        {
            trigger: ".o_data_row:contains('Restored the database') .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_control_panel button[name=action_sell_pack]",
            run: "click",
        },
        {
            content: "Sales go on with it",
            trigger: ".o_notification:contains('Sales know of it')",
        },
    ],
});

/** The pack is paid: the same work says that it is drawn from it. */
registry.category("web_tour.tours").add("kbs_work_paid_tour", {
    steps: () => [
        {
            trigger: "a.nav-link[name=kbs_work]",
            run: "click",
        },
        {
            trigger:
                ".o_data_row:contains('Restored the database') [name=kbs_drawn]:contains('Bought hours: 1 h 30 min')",
        },
        {
            trigger: "button[data-menu-xmlid='kbs_support.menu_kbs_line']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='kbs_support.menu_kbs_over_plan']",
            run: "click",
        },
        {
            content: "Nothing waits any more",
            trigger: ".o_view_nocontent:contains('Nothing waits for a decision')",
        },
        {
            trigger: ".o_facet_remove",
            run: "click",
        },
        {
            trigger:
                ".o_data_row:contains('Restored the database') [name=state]:contains('Drawn from bought hours')",
        },
    ],
});
