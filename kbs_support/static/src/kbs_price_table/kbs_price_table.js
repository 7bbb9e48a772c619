import { Component, onWillStart, useState } from "@odoo/owl";
import { getCurrency } from "@web/core/currency";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { deserializeDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useOwnedDialogs, useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatMonetary } from "@web/views/fields/formatters";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** All support prices of one day: a row for each term, a column for each plan and list. */
export class KbsPriceTable extends Component {
    static template = "kbs_support.PriceTable";
    static components = { DateTimeInput, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.addDialog = useOwnedDialogs();
        this.keepLast = new KeepLast();
        this.state = useState({ table: null, date: false });
        onWillStart(() => this.start());
    }

    async start() {
        [this.canEdit] = await Promise.all([
            user.checkAccessRight("product.pricelist.item", "write"),
            this.load(),
        ]);
    }

    /** Without a date the server takes its own today: that of the company, not ours. */
    async load(date) {
        const request = this.orm.call("kbs.plan", "get_price_table", [date || false]);
        this.state.table = await this.keepLast.add(request);
        this.state.date = deserializeDate(this.state.table.date);
    }

    async onDateChange(date) {
        this.state.date = date;
        try {
            await this.load(date && serializeDate(date));
        } catch (error) {
            // The prices of one day must not stand under the date of another.
            this.state.date = deserializeDate(this.state.table.date);
            throw error;
        }
    }

    openPrice(ruleId, title) {
        this.addDialog(
            FormViewDialog,
            { resModel: "product.pricelist.item", resId: ruleId, title, canExpand: false },
            // Not only after a save: a new version may have been made from the dialog.
            { onClose: () => this.load(this.state.table.date) }
        );
    }

    // What the template shows

    get isEmpty() {
        const { plans, lists, terms } = this.state.table;
        return !plans.length || !lists.length || !terms.length;
    }

    get columns() {
        const { plans, lists } = this.state.table;
        return plans.flatMap((plan) =>
            lists.map((list, index) => ({
                key: `${plan.id}-${list.id}`,
                plan: plan.name,
                list: this.getListLabel(list),
                endsPlan: index === lists.length - 1,
            }))
        );
    }

    /** The kind says it shortly, unless several lists are of this kind. */
    getListLabel(list) {
        if (this.state.table.lists.some((x) => x.kind === list.kind && x !== list)) {
            return list.name;
        }
        return list.kind === "loyalty" ? _t("Loyalty") : _t("Regular");
    }

    getCellTitle(column, term) {
        return `${column.plan}, ${column.list}, ${term.name}`;
    }

    getButtonLabel(title, price) {
        return _t("%(title)s: %(price)s. Open this price", {
            title,
            price: formatMonetary(price, { currencyId: this.state.table.currency_id }),
        });
    }

    get note() {
        const { currency_id } = this.state.table;
        return _t("Prices are in %(currency)s: totals for the whole term, tax included.", {
            currency: getCurrency(currency_id)?.symbol ?? "",
        });
    }

    /** Kopecks only where there are any; the symbol is in the note above the table. */
    format(value) {
        const isWhole = Math.abs(value - Math.round(value)) < 0.005;
        return formatMonetary(value, {
            currencyId: this.state.table.currency_id,
            digits: isWhole ? [16, 0] : undefined,
            noSymbol: true,
        });
    }

    formatMonth(price) {
        return _t("%(price)s / month", { price: this.format(price) });
    }

    formatSaving(price) {
        return _t("saves %(price)s", { price: this.format(price) });
    }
}

registry.category("actions").add("kbs_price_table", KbsPriceTable);
