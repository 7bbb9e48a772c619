import { registry } from "@web/core/registry";

/** A client renews his support, in Ukrainian: from the home to the payment. */
registry.category("web_tour.tours").add("kbs_portal_renew_tour", {
    steps: () => [
        {
            content: "What is paid until when",
            trigger: "html[lang='uk-UA'] main [name=words]:contains('2026')",
        },
        {
            content: "Renew",
            trigger: "[name=renewal] a.btn-primary",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The same term as before, at the loyalty price",
            trigger: ".card.border-primary:has(del) button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Read it once more, and order",
            trigger: "button[name=confirm]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The code to pay by",
            trigger: "img.o_kbs_qr",
            run: () => {
                // A browser without a person gives no right to the clipboard.
                const write = (text) => Promise.resolve((window.kbsCopied = text));
                Object.defineProperty(navigator.clipboard, "writeText", {value: write});
            },
        },
        {
            content: "Copy the amount",
            trigger: ".o_kbs_copy[data-copy$='.00'] button",
            run: "click",
        },
        {
            trigger: ".o_kbs_copy_done:not(.d-none)",
        },
    ],
});
