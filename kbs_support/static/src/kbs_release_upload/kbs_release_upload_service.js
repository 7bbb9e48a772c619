import { reactive } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * Files on their way to releases, one after the other.
 *
 * They are kept here and not in the form: who turns to another page of it, or to
 * another record, does not break them off.
 */
export class ReleaseUploads {
    constructor() {
        /** Of all releases; state: waiting, sending, keeping, done, failed. */
        this.list = reactive([]);
        this.nextId = 1;
        this.isBusy = false;
    }

    get isRunning() {
        return this.list.some((x) => ["waiting", "sending", "keeping"].includes(x.state));
    }

    add(releaseId, file) {
        this.list.push({
            id: this.nextId++,
            releaseId,
            file,
            name: file.name,
            state: "waiting",
            percent: 0,
            error: "",
        });
        this.run();
    }

    refuse(releaseId, name, error) {
        this.list.push({
            id: this.nextId++,
            releaseId,
            name,
            state: "failed",
            percent: 0,
            error,
        });
    }

    /** Break off what is on its way, or take what is over from the list. */
    drop(upload) {
        upload.request?.abort();
        this.remove(upload);
    }

    remove(upload) {
        const index = this.list.findIndex((x) => x.id === upload.id);
        if (index >= 0) {
            this.list.splice(index, 1);
        }
    }

    async run() {
        if (this.isBusy) {
            return;
        }
        this.isBusy = true;
        try {
            let upload;
            while ((upload = this.list.find((x) => x.state === "waiting"))) {
                await this.send(upload);
            }
        } finally {
            this.isBusy = false;
        }
    }

    /** Resolves when it is over, in whatever way. */
    send(upload) {
        const request = new XMLHttpRequest();
        upload.request = request;
        upload.state = "sending";
        const form = new FormData();
        form.append("csrf_token", odoo.csrf_token);
        form.append("file", upload.file);
        request.upload.onprogress = (ev) => {
            upload.percent = ev.total ? Math.floor((ev.loaded * 100) / ev.total) : 0;
        };
        request.upload.onload = () => {
            if (upload.state === "sending") {
                upload.state = "keeping";
            }
        };
        return new Promise((resolve) => {
            request.onloadend = () => {
                upload.request = undefined;
                upload.error = this.getError(request);
                upload.state = upload.error ? "failed" : "done";
                resolve();
            };
            request.open("POST", `/kbs/release/${upload.releaseId}/upload`);
            request.send(form);
        });
    }

    getError(request) {
        if (request.status === 200) {
            return "";
        }
        try {
            const { error } = JSON.parse(request.responseText);
            if (error) {
                return error;
            }
        } catch {
            // A page of the server, or of one in front of it: told by its number.
        }
        switch (request.status) {
            case 0:
                return _t("The connection was lost. Try again.");
            case 400:
                return _t("Your session has ended. Reload the page and try again.");
            case 413:
                return _t("The file is larger than the server takes.");
            default:
                return _t("The server could not keep the file (%s). Try again.", request.status);
        }
    }
}

export const releaseUploadService = {
    start() {
        const uploads = new ReleaseUploads();
        window.addEventListener("beforeunload", (ev) => {
            if (uploads.isRunning) {
                ev.preventDefault();
            }
        });
        return uploads;
    },
};

registry.category("services").add("kbs_release_upload", releaseUploadService);
