import { Component, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;
const MINUTE = 60 * 1000;
const SOON = 2 * 60; // minutes

/** A deadline as "in 2 h 10 min"; far ones as a date. It goes on while it is shown. */
export class KbsDeadlineField extends Component {
    static template = "kbs_support.DeadlineField";
    static props = { ...standardFieldProps };

    setup() {
        this.clock = useState({ now: DateTime.now() });
        const timer = setInterval(() => (this.clock.now = DateTime.now()), MINUTE / 2);
        onWillUnmount(() => clearInterval(timer));
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get state() {
        return this.props.record.data.kbs_clock_state;
    }

    /** Minutes until the deadline; negative when it is over. */
    get minutes() {
        return Math.floor(this.value.diff(this.clock.now).as("minutes"));
    }

    get text() {
        if (!this.value) {
            return this.state === "paused" ? _t("waits") : "";
        }
        if (this.minutes < 0) {
            return _t("late by %s", this.formatMinutes(-this.minutes));
        }
        if (this.minutes < 24 * 60) {
            return _t("in %s", this.formatMinutes(this.minutes));
        }
        return this.value.toFormat("ccc d.MM HH:mm");
    }

    formatMinutes(minutes) {
        const days = Math.floor(minutes / 1440);
        const hours = Math.floor((minutes % 1440) / 60);
        const rest = minutes % 60;
        if (days) {
            return _t("%(days)s d %(hours)s h", { days, hours });
        }
        if (hours) {
            return _t("%(hours)s h %(minutes)s min", { hours, minutes: rest });
        }
        return _t("%s min", rest);
    }

    get title() {
        return this.value ? formatDateTime(this.value) : "";
    }

    get className() {
        if (!this.value) {
            return this.state === "paused" ? "text-bg-warning" : "";
        }
        if (this.minutes < 0) {
            return "text-bg-danger";
        }
        return this.minutes < SOON ? "text-bg-warning" : "text-bg-light";
    }
}

export const kbsDeadlineField = {
    component: KbsDeadlineField,
    displayName: _t("Deadline"),
    supportedTypes: ["datetime"],
    fieldDependencies: [{ name: "kbs_clock_state", type: "selection" }],
};

registry.category("fields").add("kbs_deadline", kbsDeadlineField);
