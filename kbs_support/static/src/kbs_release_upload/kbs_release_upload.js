import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { humanSize } from "@web/core/utils/binary";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** The place where files are dropped on a draft, and what becomes of them. */
export class KbsReleaseUpload extends Component {
    static template = "kbs_support.ReleaseUpload";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.service = useService("kbs_release_upload");
        this.list = useState(this.service.list);
        this.state = useState({ isOver: false });
        this.input = useRef("input");
        onWillStart(async () => {
            this.limit = await this.orm.call("kbs.release", "get_upload_limit", []);
        });
        useEffect(
            (done) => {
                if (done) {
                    this.showDone();
                }
            },
            () => [this.uploads.filter((x) => x.state === "done").length]
        );
    }

    get uploads() {
        const id = this.props.record.resId;
        return id ? this.list.filter((x) => x.releaseId === id) : [];
    }

    /** What has arrived is a row of the list above from then on. */
    async showDone() {
        for (const upload of this.uploads.filter((x) => x.state === "done")) {
            this.service.remove(upload);
        }
        if (await this.props.record.save({ reload: false })) {
            await this.props.record.load();
        }
    }

    choose() {
        this.input.el.click();
    }

    async onChosen(ev) {
        const files = [...ev.target.files];
        await this.add(files);
        ev.target.value = ""; // The same file may be chosen again.
    }

    async onDrop(ev) {
        this.state.isOver = false;
        await this.add([...ev.dataTransfer.files]);
    }

    async add(files) {
        const record = this.props.record;
        // A new release has to exist before it has files.
        if (!files.length || !(await record.save())) {
            return;
        }
        for (const file of files) {
            if (file.size > this.limit) {
                const sizes = { size: humanSize(file.size), limit: humanSize(this.limit) };
                this.service.refuse(
                    record.resId,
                    file.name,
                    _t("The file has %(size)s, and the server takes %(limit)s.", sizes)
                );
            } else {
                this.service.add(record.resId, file);
            }
        }
    }

    getState(upload) {
        return {
            waiting: _t("Waiting"),
            sending: `${upload.percent} %`,
            keeping: _t("Checking and keeping…"),
            done: _t("Done"),
        }[upload.state];
    }
}

registry.category("view_widgets").add("kbs_release_upload", {
    component: KbsReleaseUpload,
});
