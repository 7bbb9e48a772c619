import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";

const MIN_LETTERS = 5;
const WAIT = 400; // milliseconds after the last letter

/** Offers articles of the library while the subject of a ticket is being typed. */
export class KbsSuggestions extends Interaction {
    static selector = ".o_kbs_suggestions";
    dynamicSelectors = {
        ...this.dynamicSelectors,
        _subject: () => document.querySelector("input[name=subject]"),
    };
    dynamicContent = {
        _subject: { "t-on-input": this.debounced(this.ask, WAIT) },
        _root: { "t-att-class": () => ({ "d-none": !this.isShown }) },
    };

    setup() {
        this.isShown = false;
    }

    async ask(ev) {
        const text = ev.target.value.trim();
        let articles = [];
        if (text.length >= MIN_LETTERS) {
            articles = await this.waitFor(rpc("/library/suggest", { text }));
        }
        if (text === ev.target.value.trim()) {
            this.show(articles);
        }
    }

    show(articles) {
        const list = this.el.querySelector("ul");
        list.replaceChildren(...articles.map((article) => this.makeItem(article)));
        this.isShown = Boolean(articles.length);
    }

    /** Titles come as text, never as markup. */
    makeItem(article) {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = article.url;
        link.target = "_blank";
        link.textContent = article.title;
        item.append(link);
        return item;
    }
}

registry
    .category("public.interactions")
    .add("kbs_support.suggestions", KbsSuggestions);
