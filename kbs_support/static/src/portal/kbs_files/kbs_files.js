import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/** Says which files were chosen; the browser's own words are in its language. */
export class KbsFiles extends Interaction {
    static selector = ".o_kbs_files";
    dynamicContent = {
        "input[type=file]": { "t-on-change": this.onChange },
        ".o_kbs_files_none": { "t-att-class": () => ({ "d-none": this.names }) },
        ".o_kbs_files_names": { "t-out": () => this.names },
    };

    setup() {
        this.show();
    }

    /** What else listens to the field may throw files out: look when it is done. */
    onChange() {
        this.waitForTimeout(() => this.show(), 0);
    }

    show() {
        const files = this.el.querySelector("input[type=file]").files;
        this.names = [...files].map((file) => file.name).join(", ");
    }
}

registry.category("public.interactions").add("kbs_support.files", KbsFiles);
