import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** Every way to renew one subscription, side by side; one click makes the quotation. */
export class KbsOffers extends Component {
    static template = "kbs_support.Offers";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ data: null, isBusy: false });
        this.subscriptionId = this.props.action.context.active_id;
        onWillStart(() => this.start());
    }

    async start() {
        if (!this.subscriptionId) {
            return; // an address typed without a subscription
        }
        [this.canQuote] = await Promise.all([
            user.checkAccessRight("sale.order", "create"),
            this.load(),
        ]);
    }

    async load(planId) {
        const request = this.orm.call("kbs.subscription", "get_offers", [
            [this.subscriptionId],
            planId || false,
        ]);
        this.state.data = await this.keepLast.add(request);
    }

    async quote(row, cell) {
        if (this.state.isBusy) {
            return; // A second click must not ask for a second quotation.
        }
        this.state.isBusy = true;
        try {
            const action = await this.orm.call("kbs.subscription", "quote_offer", [
                [this.subscriptionId],
                row.term_id,
                cell.kind,
                cell.is_gap_paid,
                this.state.data.plan_id,
            ]);
            await this.action.doAction(action);
        } finally {
            this.state.isBusy = false;
        }
    }

    openOrder() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sale.order",
            res_id: this.state.data.order.id,
            views: [[false, "form"]],
        });
    }

    // What the template shows

    /** Kopecks only where there are any. */
    format(value) {
        const isWhole = Math.abs(value - Math.round(value)) < 0.005;
        return formatMonetary(value, {
            currencyId: this.state.data.currency_id,
            digits: isWhole ? [16, 0] : undefined,
        });
    }

    formatMonth(price) {
        return _t("%(price)s / month", { price: this.format(price) });
    }

    formatSaving(price) {
        return _t("saves %(price)s", { price: this.format(price) });
    }

    formatValidity(date) {
        return _t("valid until %(date)s", { date });
    }

    getPlanClass(plan) {
        return plan.id === this.state.data.plan_id ? "btn-primary" : "btn-secondary";
    }

    getCellTitle(row, column, cell) {
        return _t("%(term)s, %(column)s: %(price)s. Make the quotation", {
            term: row.term,
            column: column.title,
            price: this.format(cell.price),
        });
    }
}

registry.category("actions").add("kbs_offers", KbsOffers);
