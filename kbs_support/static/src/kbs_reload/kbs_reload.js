import { Component, onWillUnmount, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const SECONDS = 3;
const RUNNING = ["checking", "writing", "making"];

/** Shows what a job does: reads the record anew while its state says that one runs. */
export class KbsReload extends Component {
    static template = xml`<div class="d-none"/>`;
    static props = { ...standardWidgetProps };

    setup() {
        const timer = setInterval(() => this.reload(), SECONDS * 1000);
        onWillUnmount(() => clearInterval(timer));
    }

    async reload() {
        const record = this.props.record;
        if (RUNNING.includes(record.data.state) && !(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("kbs_reload", { component: KbsReload });
