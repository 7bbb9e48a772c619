from odoo import models
from odoo.tools.misc import ReadonlyDict
from odoo.tools.translate import code_translations


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        # EXTENDS portal: our words, and those we add to Odoo's own, reach clients.
        return [*super()._get_translation_frontend_modules_name(), "kbs_support"]

    def _register_hook(self):
        """Give the code of helpdesk_mgmt the words that we have for it.

        Odoo looks for the words of a module's code in that module's files only, and
        helpdesk_mgmt has no Ukrainian. Ours for it stand in ``i18n_extra``.
        """
        super()._register_hook()
        for lang, _name in self.env["res.lang"].get_installed():
            key = ("helpdesk_mgmt", lang)
            ours = code_translations.get_python_translations("kbs_support", lang)
            theirs = code_translations.get_python_translations(*key)
            code_translations.python_translations[key] = ReadonlyDict(
                {**ours, **theirs}
            )
            ours = code_translations.get_web_translations("kbs_support", lang)
            theirs = code_translations.get_web_translations(*key)
            code_translations.web_translations[key] = ReadonlyDict(
                {"messages": (*ours["messages"], *theirs["messages"])}
            )
