from odoo.exceptions import UserError
from odoo.tools import SQL


def pre_init_hook(env):
    """Bring the PostgreSQL extension that "periods never overlap" stands on.

    ``btree_gist`` lets an exclusion constraint compare plain numbers beside
    ranges. It is a trusted extension: the owner of the database may create it.
    """
    available = env.execute_query(
        SQL("SELECT 1 FROM pg_available_extensions WHERE name = 'btree_gist'")
    )
    if not available:
        raise UserError(
            env._(
                "PostgreSQL lacks the extension btree_gist. "
                "Install the contrib package of PostgreSQL and try again."
            )
        )
    env.cr.execute(SQL("CREATE EXTENSION IF NOT EXISTS btree_gist"))
    _adopt_regions(env)


def _adopt_regions(env):
    """Take over regions of Ukraine that somebody entered: our data has them too."""
    regions = env["res.country.state"].search([("country_id.code", "=", "UA")])
    env["ir.model.data"].create(
        [
            {
                "module": "kbs_support",
                "name": f"state_ua_{region.code}",
                "model": "res.country.state",
                "res_id": region.id,
                "noupdate": True,
            }
            for region in regions.filtered(lambda x: x.code.isalnum())
        ]
    )
