import { _t } from "@web/core/l10n/translation";
import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/**
 * A field to send files: chosen or dropped, one after another, each with a button
 * that takes it out again. What the server would refuse is refused at once.
 */
export class KbsFiles extends Interaction {
    static selector = ".o_kbs_files";
    dynamicContent = {
        _root: {
            "t-on-dragover.prevent": () => (this.isOver = true),
            "t-on-dragleave": () => (this.isOver = false),
            "t-on-drop.prevent": this.onDrop,
            "t-att-class": () => ({ o_kbs_files_over: this.isOver }),
        },
        "input[type=file]": { "t-on-change": this.onChange },
        ".o_kbs_files_fault": { "t-out": () => this.fault },
    };

    setup() {
        this.isOver = false;
        this.fault = "";
        this.field = this.el.querySelector("input[type=file]");
        this.files = [];
        this.add([...this.field.files]);
    }

    onChange() {
        this.add([...this.field.files]);
    }

    onDrop(ev) {
        this.isOver = false;
        this.add([...ev.dataTransfer.files]);
    }

    /** Keeps the new files beside those that are there; the same one once. */
    add(files) {
        const { count, size, programs } = this.el.dataset;
        const isProgram = (file) =>
            programs.split(" ").includes(file.name.split(".").pop().trim().toLowerCase());
        const isSame = (a, b) => a.name === b.name && a.size === b.size;
        const faults = [];
        for (const file of files) {
            if (this.files.some((kept) => isSame(kept, file))) {
                continue;
            } else if (file.size > Number(size)) {
                faults.push(_t("%s is too large.", file.name));
            } else if (isProgram(file)) {
                faults.push(_t("%s is a program: put it into an archive.", file.name));
            } else if (this.files.length >= Number(count)) {
                faults.push(_t("%s is one file too many.", file.name));
            } else {
                this.files.push(file);
            }
        }
        this.fault = faults.join(" ");
        this.show();
    }

    remove(file) {
        this.files = this.files.filter((kept) => kept !== file);
        this.fault = "";
        this.show();
        this.field.focus();
    }

    /** Gives the files to the field that is sent, and lists them. */
    show() {
        const sent = new DataTransfer();
        this.files.forEach((file) => sent.items.add(file));
        this.field.files = sent.files;
        this.el
            .querySelector(".o_kbs_files_names")
            .replaceChildren(...this.files.map((file) => this.makeItem(file)));
    }

    /** Names come as text, never as markup. */
    makeItem(file) {
        const item = document.createElement("li");
        const name = document.createElement("span");
        name.className = "text-break";
        name.textContent = file.name;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn-link btn-sm fa fa-times";
        button.setAttribute("aria-label", _t("Take out %s", file.name));
        this.addListener(button, "click", () => this.remove(file));
        item.append(name, button);
        return item;
    }
}

registry.category("public.interactions").add("kbs_support.files", KbsFiles);
