"""Shipped records by their external id, on paths where every query counts."""


def find(env, model, xmlid):
    """Return the record ``xmlid`` of ``model``, or an empty one if it was deleted.

    Unlike ``env.ref`` it asks nobody whether the record is there: deleting it deletes
    its external id, and Odoo keeps those in memory.
    """
    found = env["ir.model.data"]._xmlid_to_res_id(xmlid, raise_if_not_found=False)
    return env[model].browse(found or [])
