import { registry } from "@web/core/registry";

/** A campaign: from the version to the list, and from the list to the letters. */
registry.category("web_tour.tours").add("kbs_notice_tour", {
    steps: () => [
        {
            content: "Tell clients of this version",
            trigger: "button[name=action_notify]",
            run: "click",
        },
        {
            content: "The campaign knows its version",
            trigger: ".o_field_widget[name=release_id] input:value('8.10.2')",
        },
        {
            content: "Nothing is sent yet: first the list",
            trigger: "button[name=action_prepare]",
            run: "click",
        },
        {
            content: "How many letters, before anything is sent",
            trigger: ".oe_stat_button:contains('Letters') .o_stat_value:contains('3')",
        },
        {
            trigger: ".oe_stat_button:contains('Clients')",
            run: "click",
        },
        {
            content: "Each client with the person and the address",
            trigger: ".o_data_row:contains('premium.example.com'):contains('E-mail')",
        },
        {
            trigger: ".o_data_row:contains('premium client'):contains('Phone')",
        },
        {
            content: "Back to the campaign",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            trigger: "button[name=action_start]",
            run: "click",
        },
        {
            content: "Letters begin to go out at once",
            trigger: ".modal button:contains('Ok')",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Running')",
        },
        {
            content: "It can be stopped, and go on",
            trigger: "button[name=action_pause]",
            run: "click",
        },
        {
            trigger: "button[name=action_resume]",
            run: "click",
        },
        {
            trigger: "button[name=action_pause]",
        },
    ],
});

/** The call list: the script, an attempt, a later call, and the end of it. */
registry.category("web_tour.tours").add("kbs_notice_calls_tour", {
    steps: () => [
        {
            content: "Who is to be called, of my clients",
            trigger: ".o_data_row:contains('premium client') td[name=commercial_partner_id]",
            run: "click",
        },
        {
            content: "What to say",
            trigger: ".o_field_widget[name=script]:contains('SOFTKOM')",
        },
        {
            content: "The number to call",
            trigger: ".o_field_widget[name=phone] a[href^='tel:']",
        },
        {
            trigger: "button[name=action_no_answer]",
            run: "click",
        },
        {
            content: "The attempt is noted",
            trigger: ".o_field_widget[name=attempt_ids] .o_data_row:contains('No answer')",
        },
        {
            trigger: "button[name=action_refused]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit Changes the program",
        },
        {
            trigger: ".modal button[name=action_save]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains('Refused')",
        },
        {
            trigger: ".o_field_widget[name=detail]:contains('Changes the program')",
        },
    ],
});
