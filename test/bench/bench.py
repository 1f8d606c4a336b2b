#!/usr/bin/env python3
"""bench.py [PART...]: ratios against baselines that run interleaved.

Each line is the median of the cycles with the range beside it. Postings are pgbench transactions a
second; reads and loads are CPU time of one backend (/proc/PID/schedstat), which other processes do not
touch. Parts: spread, one, replay, batch, wal, size (postings), charge, settle (usage), invoice, reads,
rights, search, load, install, rollups (sums per day), keywords, expansions, pricing (rules without a server).
Environment: LAD_BENCH_CYCLES (4), LAD_BENCH_SECONDS (2), LAD_BENCH_LEADS (1000, leads of each tenant that
is loaded), LAD_BENCH_ROWS (1000000, of the grown ledger), LAD_BENCH_DAYS (120,
of sums of each tenant), and what tools/cluster.sh exports.
"""
import os
import platform
import statistics
import subprocess
import sys
import tempfile

import search
from expansions import bench_expansions
from harness import CPU, CYCLES, HERE, SECONDS, psql, show
from invoices import bench_invoice
from keywords import bench_keywords
from load import bench_install, bench_load
from posts import (TENANT, bench_batch, bench_one_wallet, bench_replay, bench_size, bench_spread,
                   bench_wal, token)
from rollups import bench_rollups
from usage import bench_charge, bench_settle

WORK = {
    "point lookup": ("FOREACH one IN ARRAY ids LOOP PERFORM first_name FROM lad_data.leads"
                     " WHERE id = one {and_tenant}; END LOOP"),
    "last 50": ("FOR i IN 1..2000 LOOP PERFORM first_name FROM lad_data.leads {where_tenant}"
                " ORDER BY created_at DESC LIMIT 50; END LOOP"),
    "count": "FOR i IN 1..60 LOOP PERFORM count(*) FROM lad_data.leads {where_tenant}; END LOOP",
    "sum over all rows": ("FOR i IN 1..20 LOOP PERFORM sum(length(first_name || email)) FROM lad_data.leads"
                          " {where_tenant}; END LOOP"),
    "insert": ("FOR i IN 1..3000 LOOP INSERT INTO lad_data.leads ({tenant_column}first_name)"
               " VALUES ({tenant_value}'New'); END LOOP"),
}


def read_block(kind: str, behind_rls: bool) -> str:
    """One timed transaction that is rolled back; prints nanoseconds of CPU."""
    text = WORK[kind].format(
        and_tenant="" if behind_rls else "AND tenant_id = tenant",
        where_tenant="" if behind_rls else "WHERE tenant_id = tenant",
        tenant_column="" if behind_rls else "tenant_id, ",
        tenant_value="" if behind_rls else "tenant, ")
    return f"""
BEGIN;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT lad.authenticate('{token()}') \\g /dev/null
{CPU} AS before \\gset
SET LOCAL ROLE {"bench_app" if behind_rls else "bench_plain"};
DO $$ DECLARE tenant CONSTANT uuid := {TENANT}; one uuid;
    ids CONSTANT uuid[] := ARRAY(SELECT id FROM lad_data.leads WHERE tenant_id = {TENANT});
BEGIN {text}; END $$;
RESET ROLE;
{CPU} - :before;
ROLLBACK;
"""


def bench_reads() -> None:
    for kind in WORK:
        order = [(cycle, rls) for cycle in range(CYCLES + 1) for rls in (False, True)]
        printed = psql("".join(read_block(kind, rls) for _, rls in order)).split()
        times = [int(ns) for ns in printed]
        # The first cycle warms caches and plans.
        pairs = list(zip(times[2::2], times[3::2]))
        show(f"row-level security, {kind} / the application's WHERE",
             [rls / where for where, rls in pairs], "CPU time, lower is better")
    bench_protocol_lookups()


def bench_protocol_lookups() -> None:
    """The same look-up as a client sends it: a prepared statement, bound and executed."""
    ids = psql(f"SELECT id FROM lad_data.leads WHERE tenant_id = {TENANT} LIMIT 200").split()
    kinds = {"bench_app": "", "bench_plain": f" AND tenant_id = {TENANT}"}
    script = [f"SELECT lad.authenticate('{token()}');"]
    for role, condition in kinds.items():
        script += [f"{CPU} AS before \\gset", f"SET LOCAL ROLE {role};"]
        script += [f"SELECT first_name FROM lad_data.leads WHERE id = '{one}'{condition};"
                   for one in ids]
        script += ["RESET ROLE;", f"{CPU} AS after \\gset",
                   f"INSERT INTO bench.cpu VALUES ('{role}', :after::bigint - :before::bigint);"]
    psql("CREATE TABLE IF NOT EXISTS bench.cpu (role text, ns bigint, n serial); TRUNCATE bench.cpu")
    with tempfile.NamedTemporaryFile("w", suffix=".pgbench") as file:
        file.write("\n".join(["BEGIN;", *script, "COMMIT;"]))
        file.flush()
        # The first transactions prepare the statements.
        subprocess.run(["pgbench", "-n", "-M", "prepared", "-t", str(5 * CYCLES + 5), "-f", file.name],
                       check=True, capture_output=True)
    pairs = psql("SELECT string_agg(ns::text, ' ' ORDER BY role) FROM (SELECT *, row_number() OVER"
                 " (PARTITION BY role ORDER BY n) AS i FROM bench.cpu) AS c GROUP BY i HAVING i > 5"
                 " ORDER BY i").splitlines()
    show("row-level security, point lookup by prepared statement / the application's WHERE",
         [int(rls) / int(where) for rls, where in map(str.split, pairs)], "CPU time, lower is better")


def bench_rights() -> None:
    """What a transaction pays for its context, and one lint of the installed schema."""
    calls = 20000
    printed = psql(f"""
        SELECT lad.issue_token({TENANT}, ttl => '15 minutes') AS token \\gset
        BEGIN;
        SELECT set_config('bench.token', :'token', true) \\g /dev/null
        """ + f"""
        {CPU} AS before \\gset
        DO $$ BEGIN FOR i IN 1..{calls} LOOP PERFORM lad.authenticate(current_setting('bench.token')); END LOOP; END $$;
        {CPU} - :before;
        {CPU} AS before \\gset
        DO $$ BEGIN FOR i IN 1..{calls} LOOP PERFORM length(current_setting('bench.token')); END LOOP; END $$;
        {CPU} - :before;
        """ * (CYCLES + 1) + "COMMIT;").split()
    pairs = list(zip(printed[2::2], printed[3::2]))
    show("lad.authenticate, µs of CPU", [(int(a) - int(b)) / calls / 1000 for a, b in pairs])
    times = []
    for _ in range(CYCLES):
        times.append(float(psql("""
            SELECT count(*) FROM lad.lint() \\g /dev/null
            SELECT clock_timestamp() AS started \\gset
            SELECT count(*) FROM lad.lint() \\g /dev/null
            SELECT 1000 * extract(epoch FROM clock_timestamp() - :'started'::timestamptz)""")))
    show("lad.lint() of the whole schema, ms", times)


def bench_pricing() -> None:
    """The rules alone, without a server: CPU time of an event of four components."""
    folder = HERE.parents[1] / "build" / "unit"
    for command in (["cmake", "-G", "Ninja", "-S", str(HERE.parents[1]), "-B", str(folder)],
                    ["ninja", "-C", str(folder), "pricing_bench"]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    printed = subprocess.run([str(folder / "pricing_bench"), str(CYCLES)], check=True, text=True,
                             capture_output=True).stdout.split()
    times = [float(ns) / 1000 for ns in printed]
    show("pricing rules, event of four plain prices, µs of CPU", times[0::2], "at most 2")
    show("pricing rules, tiers, packages, minimum, conversion, µs of CPU", times[1::2], "at most 2")


def main() -> None:
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=HERE, text=True,
                            capture_output=True).stdout.strip()
    print(f"{os.cpu_count()} cores, {platform.machine()}, {psql('SHOW server_version').strip()},"
          f" commit {commit}, {CYCLES} cycles of {SECONDS} s, fsync on\n")
    print("| what / baseline | median ratio | range | |\n|---|---|---|---|")
    parts = {"spread": bench_spread, "one": bench_one_wallet, "replay": bench_replay,
             "batch": bench_batch, "wal": bench_wal, "size": bench_size,
             "charge": bench_charge, "settle": bench_settle, "reads": bench_reads, "rights": bench_rights,
             "search": lambda: search.run(psql, token, show, CYCLES),
             "invoice": bench_invoice, "load": bench_load, "install": bench_install,
             "expansions": bench_expansions, "keywords": bench_keywords, "rollups": bench_rollups, "pricing": bench_pricing}
    names = sys.argv[1:] or list(parts)
    if set(names) - {"load", "install", "pricing"}:
        psql((HERE / "setup.sql").read_text())
    for name in names:
        parts[name]()


if __name__ == "__main__":
    main()
