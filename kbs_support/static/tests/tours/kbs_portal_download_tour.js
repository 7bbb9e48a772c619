import { registry } from "@web/core/registry";

/** A client takes an update of his program: from his home to the file. */
registry.category("web_tour.tours").add("kbs_portal_download_tour", {
    steps: () => [
        {
            content: "An update waits",
            trigger: "html[lang='uk-UA'] section[aria-labelledby=kbs_updates] a:first",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The file comes, as it was uploaded",
            trigger: "form[action*='/file/'] button[type=submit]",
            // A browser without a person stores nothing: what the form sends is sent
            // from the page.
            run: async ({ anchor }) => {
                const form = anchor.closest("form");
                const body = new FormData(form);
                const answer = await fetch(form.action, { method: "POST", body });
                const { size } = await answer.blob();
                if (!answer.ok || size !== 102400) {
                    throw new Error(`${answer.status}, ${size} bytes`);
                }
            },
        },
    ],
});
