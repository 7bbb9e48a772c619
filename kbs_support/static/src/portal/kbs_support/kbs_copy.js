import { browser } from "@web/core/browser/browser";
import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

const SHOWN = 2000; // milliseconds

/** Puts one detail of a payment into the clipboard, and says so for a moment. */
export class KbsCopy extends Interaction {
    static selector = ".o_kbs_copy";
    dynamicContent = {
        button: { "t-on-click": this.onClick },
        ".o_kbs_copy_ask": { "t-att-class": () => ({ "d-none": this.isCopied }) },
        ".o_kbs_copy_done": { "t-att-class": () => ({ "d-none": !this.isCopied }) },
    };

    setup() {
        this.isCopied = false;
    }

    async onClick() {
        try {
            await this.waitFor(
                browser.navigator.clipboard.writeText(this.el.dataset.copy)
            );
        } catch {
            // Not every browser gives the clipboard: what is selected can be copied.
            const text = this.el.querySelector(".o_kbs_copy_text");
            document.getSelection().selectAllChildren(text);
            return;
        }
        this.isCopied = true;
        this.waitForTimeout(() => (this.isCopied = false), SHOWN);
    }
}

registry.category("public.interactions").add("kbs_support.copy", KbsCopy);
