import { astToFormula, registries } from "@odoo/o-spreadsheet";
import { SEE_RECORD_LIST_VISIBLE } from "@spreadsheet/list/list_actions";
import { getFirstListFunction } from "@spreadsheet/list/list_helpers";
import { _t } from "@web/core/l10n/translation";

// Rows of our reports are figures: what they are about is opened, as in their lists.
const REPORTS = "kbs.report.";

function getModel(position, getters) {
    return getters.getListDefinition(getters.getListIdFromPosition(position)).model;
}

async function openSubject(position, env, newWindow) {
    const { getters } = env.model;
    const cell = getters.getCorrespondingFormulaCell(position);
    const { args } = getFirstListFunction(cell.compiledFormula.tokens);
    const index = getters.evaluateFormula(position.sheetId, astToFormula(args[1]));
    const source = await getters.getAsyncListDataSource(getters.getListIdFromPosition(position));
    const id = source.getIdFromPosition(index - 1);
    if (!id) {
        return;
    }
    const model = getModel(position, getters);
    const action = await env.services.orm.call(model, "action_open", [[id]]);
    await env.services.action.doAction(action, { newWindow });
}

registries.clickableCellRegistry.add("kbs_report_row", {
    condition: (position, getters) =>
        SEE_RECORD_LIST_VISIBLE(position, getters) &&
        getModel(position, getters).startsWith(REPORTS),
    execute: openSubject,
    title: _t("Open the support"),
    // Before Odoo's own, which opens the row itself.
    sequence: 9,
});
