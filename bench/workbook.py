"""Measures the version map as a workbook: bench/workbook.py DATABASE [COPIES].

Run by `make bench`. Each client has one copy and a support; copies run forty versions
of five programs. Rows are copied by SQL. The memory is the peak of the process.
"""

import resource
import sys

from clocks import multiply
from lib import Watch, make_company, run, sell

VERSIONS = 40


def make_copies(env, count):
    company = env.company
    programs = env["kbs.software"].create(
        [{"name": f"Program {n}", "code": f"bench{n}"} for n in range(5)]
    )
    env["kbs.release"].create(
        [
            {"software_id": x.id, "version": f"8.{n}", "summary": "Forms"}
            for x in programs
            for n in range(VERSIONS)
        ]
    )
    env.flush_all()
    # Half of them are mandatory, the last five since a year to come.
    env.cr.execute(
        "UPDATE kbs_release SET state = 'published', is_mandatory = mod(id, 2) = 0,"
        " mandatory_by = CURRENT_DATE - 300 + mod(id, 40)"
        " WHERE software_id IN %s",
        [tuple(programs.ids)],
    )
    client = env["res.partner"].create({"name": "Client", "is_company": True})
    support = sell(env, client, env.ref("kbs_support.product_product_kbs_optima_12"))
    copies = env["kbs.installation"].create(
        [
            {"software_id": x.id, "number": f"N{x.id}", "partner_id": client.id,
             "company_id": company.id, "version": "8.1"}
            for x in programs
        ]
    )  # fmt: skip
    env.flush_all()
    env.cr.execute("SELECT MAX(id) FROM res_partner")
    [partners] = env.cr.fetchone()
    owner = f"{partners} + n"
    multiply(
        env,
        client,
        count,
        name="'Client ' || n",
        complete_name="'Client ' || n",
        commercial_partner_id=owner,
    )
    multiply(
        env,
        support,
        count,
        name="'BENCH' || n",
        partner_id=owner,
        commercial_partner_id=owner,
    )
    # Without it foreign keys are looked up by plans for an empty table.
    env.cr.execute("ANALYZE")
    part = count // len(programs)
    for place, copy in enumerate(copies):
        owner = f"{partners} + n + {part * place}"
        multiply(
            env,
            copy,
            part,
            number="'K' || n",
            partner_id=owner,
            commercial_partner_id=owner,
            version=f"'8.' || mod(n, {VERSIONS})",
            version_key="(SELECT version_key FROM kbs_release release"
            " WHERE release.software_id = kbs_installation.software_id"
            f" AND release.version = '8.' || mod(n, {VERSIONS}))",
        )


def measure(env, count):
    company = make_company(env)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    make_copies(env, count)
    env.cr.commit()
    env.cr.execute("ANALYZE")
    reader = env.ref("base.user_admin")
    reader.company_ids |= company
    reader.group_ids |= env.ref("kbs_support.group_kbs_report")
    env = env(user=reader.id, su=False)
    env.invalidate_all()
    report = env["report.kbs_support.kbs_version_workbook"]
    wizard = env["kbs.workbook"].create({"kind": "versions"})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Watch(env, "version map as a workbook", count):
        content, _kind = report.create_xlsx_report(wizard.ids, {})
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    sys.stdout.write(
        f"   {len(content) / 1e6:.1f} MB, the process grew by {grown / 1024:.0f} MB\n"
    )


if __name__ == "__main__":
    run(measure, sys.argv, 1000)
