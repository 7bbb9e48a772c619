"""Loads the add-on's demo data, and nobody else's: load_demo.py DATABASE

Odoo loads a module's demo data only when all its dependencies have theirs,
which would bring American companies. So this calls Odoo's own loader for one
module, and marks the module so that later updates know of its demo data.
"""

import sys

from odoo import SUPERUSER_ID, api
from odoo.modules.loading import load_data
from odoo.modules.module_graph import ModuleGraph
from odoo.modules.registry import Registry
from odoo.tools import config

ADDON = "kbs_support"


def adopt_main_company(env):
    """Let the demo company be the main company instead of a second one.

    The demo record of this name then updates the company that every user and
    journal of the database already belongs to.
    """
    env["ir.model.data"]._update_xmlids(
        [
            {
                "xml_id": f"{ADDON}.demo_company",
                "record": env.ref("base.main_company"),
                "noupdate": True,
            }
        ]
    )


def load_demo(env):
    adopt_main_company(env)
    graph = ModuleGraph(env.cr, mode="load")
    graph.extend(
        env["ir.module.module"].search([("state", "=", "installed")]).mapped("name")
    )
    package = next(node for node in graph if node.name == ADDON)
    load_data(env, {}, "init", kind="demo", package=package)
    env.flush_all()
    env.cr.execute("UPDATE ir_module_module SET demo = TRUE WHERE name = %s", [ADDON])


def main(database):
    config.parse_config(["-d", database, "--no-http"], setup_logging=True)
    with Registry(database).cursor() as cr:
        load_demo(api.Environment(cr, SUPERUSER_ID, {}))


if __name__ == "__main__":
    main(sys.argv[1])
