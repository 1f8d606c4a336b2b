#!/usr/bin/env python3
"""Fills all LAD tables with example data of many tenants.

Usage: make_data.py [--tenants 50] [--leads 200000] [--seed 1] [--until 2026-10-31] [--jobs 2]

Needs psql, a database in which lad.install_schema() has run, and a superuser, named as usual by
PGHOST, PGDATABASE and so on. The superuser writes what the application only reads; a service opens
and fills the wallets; everything else is written as lad_app with a token, behind row-level security,
by the files examples/data/20_leads.sql to 85_usage.sql, tenant by tenant, `jobs` of them at once.

--leads counts the leads of all tenants; tenant i has a share of 1 / i, so a few are hot, and the
other tables follow. Dates lie in the months before --until, today by default.

The same seed, sizes and --until give the same rows, but for what the database itself decides: times,
hashes and ids of wallets, ledger and usage events, ids of the caches, updated_at of what functions
changed. Another seed gives other tenants; both may live in one database.
"""
import argparse
import concurrent.futures
import datetime
import pathlib
import subprocess
import sys
import time

DATA = pathlib.Path(__file__).resolve().parent / "data"
APPLICATION = ("20_leads", "30_campaigns", "40_voice", "50_communication", "60_enrichment",
               "70_education", "75_icp")


def psql(script: str, **variables) -> str:
    command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    for name, value in variables.items():
        command += ["-v", f"{name}={value}"]
    done = subprocess.run(command, input=script, text=True, capture_output=True, cwd=DATA)
    if done.returncode:
        sys.exit(f"make_data: {done.stderr.strip()}")
    return done.stdout


def file(name: str) -> str:
    return f"\\i {name}.sql\n"


def tenants_of(seed: int) -> list:
    rows = psql("SELECT number, tenant_id, stream, members, leads FROM example.tenants"
                f" WHERE seed = {seed} ORDER BY number")
    names = ("number", "tenant", "stream", "members", "leads")
    return [dict(zip(names, line.split("|"))) for line in rows.splitlines()]


def as_application(*names: str) -> str:
    """A transaction in which the application runs these files, with a token of the tenant's owner."""
    return ("BEGIN;\n"
            "SELECT lad.issue_token(:'tenant', example.id(:'tenant', 'user', 1), '10 minutes')"
            " AS token \\gset\n"
            "SELECT lad.authenticate(:'token') \\g /dev/null\nSET LOCAL ROLE lad_app;\n"
            + "".join(file(name) for name in names) + "COMMIT;\n")


def fill(tenant: dict, until: str) -> None:
    psql("BEGIN;\n" + file("15_wallets") + "COMMIT;\n" + as_application(*APPLICATION)
         + as_application("85_usage"), until=until, **tenant)


def count_rows(seed: int) -> str:
    """Rows of this seed's tenants in each table that has a tenant."""
    return psql(f"""
        SELECT format('SELECT %L, count(*) FROM lad_data.%I WHERE tenant_id IN'
                      ' (SELECT tenant_id FROM example.tenants WHERE seed = {seed})',
                      c.relname, c.relname)
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
        WHERE c.relnamespace = 'lad_data'::regnamespace AND c.relkind IN ('r', 'p')
          AND NOT c.relispartition ORDER BY c.relname \\gexec""")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--leads", type=int, default=200000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", default=datetime.date.today().isoformat())
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    started = time.monotonic()
    settings = {"seed": options.seed, "until": options.until + " 00:00:00+00"}
    psql("BEGIN;\n" + file("00_helpers") + file("10_core") + "COMMIT;\n", tenants=options.tenants,
         leads=options.leads, **settings)
    tenants = tenants_of(options.seed)
    # Of tables without statistics the planner takes any index that starts with the tenant, and each
    # foreign key would be checked by reading all rows of a tenant: fill the smallest one first.
    fill(tenants[-1], settings["until"])
    psql("ANALYZE")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tasks = {pool.submit(fill, tenant, settings["until"]): tenant for tenant in tenants[:-1]}
        for done, task in enumerate(concurrent.futures.as_completed(tasks), 2):
            task.result()
            print(f"{done}/{len(tenants)}: tenant {tasks[task]['number']},"
                  f" {tasks[task]['leads']} leads, {time.monotonic() - started:.0f} s", flush=True)
    psql("BEGIN;\n" + file("95_back_office") + "COMMIT;\nANALYZE;\n", **settings)
    print(count_rows(options.seed).replace("|", "\t"), end="")
    print(f"done in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
