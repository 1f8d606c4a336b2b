"""Loading the example data behind row-level security against the same load into bare tables.

The bare tables are the same: columns, checks, foreign keys and indexes; row-level security is off and
the extension's triggers are disabled (bare_tables.sql). Each cycle loads four new tenants into both,
in turns, the first cycle to fill tables and caches; both take the same statements as lad_app, and must
hold the same rows afterwards. Calls are loaded before they end: the posts measure their charges.
"""
import os
import statistics
import sys

from harness import CPU, CYCLES, HERE, psql, show

DATA = HERE.parent.parent / "examples" / "data"
sys.path.append(str(DATA.parent))
from make_data import APPLICATION  # noqa: E402

LEADS = int(os.environ.get("LAD_BENCH_LEADS", "1000"))
TENANTS_PER_CYCLE = 4
UNTIL = "2026-10-31 00:00:00+00"
DATABASES = ("load_bare", "load_protected")


def make_databases() -> None:
    for database in DATABASES:
        psql(f"DROP DATABASE IF EXISTS {database}; CREATE DATABASE {database}")
        psql("SET client_min_messages = warning; CREATE EXTENSION lad_ext CASCADE;"
             "SELECT FROM lad.install_schema()", database=database)
        for seed in range((CYCLES + 1) * TENANTS_PER_CYCLE):
            psql("\\i 00_helpers.sql\n\\i 10_core.sql\n", DATA, database, seed=seed, tenants=1,
                 leads=LEADS, until=UNTIL)
    psql((HERE / "bare_tables.sql").read_text(), database="load_bare")


def load(database: str, seed: int) -> tuple:
    """Loads one tenant in one transaction; seconds of CPU and of the clock for each file."""
    row = psql(f"SELECT tenant_id, stream, members, leads FROM example.tenants WHERE seed = {seed}",
               database=database).strip()
    tenant = dict(zip(("tenant", "stream", "members", "leads"), row.split("|")))
    read = f"RESET ROLE;\n{CPU}, extract(epoch FROM clock_timestamp());\n"
    # The bare tables need no token; it is presented so that both sessions start equally warm.
    script = ("BEGIN;\nSELECT lad.issue_token(:'tenant', ttl => '10 minutes') AS token \\gset\n"
              "SELECT lad.authenticate(:'token') \\g /dev/null\n")
    for name in APPLICATION:
        script += f"{read}SET LOCAL ROLE lad_app;\n\\i {name}.sql\n"
    printed = psql(f"{script}RESET ROLE;\nCOMMIT;\n{read}", DATA, database, until=UNTIL, **tenant)
    marks = [(int(cpu) / 1e9, float(clock))
             for cpu, clock in (line.split("|") for line in printed.split())]
    return ([after[0] - before[0] for before, after in zip(marks, marks[1:])],
            marks[-1][1] - marks[0][1])


def fingerprint(database: str) -> str:
    """Rows and contents of all tables but the epochs, which triggers move; they must be equal."""
    return psql("""
        SELECT format('SELECT %L, count(*), sum(hashtextextended((to_jsonb(t)'
                      ' - ''updated_at'' - ''installed_at'')::text, 0)) FROM lad_data.%I AS t',
                      relname, relname)
        FROM pg_class WHERE relnamespace = 'lad_data'::regnamespace AND relkind IN ('r', 'p')
          AND NOT relispartition
          AND relname NOT IN ('billing_pricing_catalog', 'tenant_epochs') ORDER BY relname \\gexec
        """, database=database)


def load_in_turns(cycle: int) -> dict:
    """Loads the tenants of a cycle into both; CPU by file, and the clock, of each database."""
    cpu = {database: [0.0] * len(APPLICATION) for database in DATABASES}
    clock = {database: 0.0 for database in DATABASES}
    for turn in range(TENANTS_PER_CYCLE):
        for database in DATABASES if turn % 2 else DATABASES[::-1]:
            used, passed = load(database, cycle * TENANTS_PER_CYCLE + turn)
            cpu[database] = [sum(pair) for pair in zip(cpu[database], used)]
            clock[database] += passed
    return {"cpu": cpu, "clock": clock}


def bench_load() -> None:
    make_databases()
    load_in_turns(0)
    for database in DATABASES:
        psql("VACUUM ANALYZE", database=database)
    cycles = [load_in_turns(cycle) for cycle in range(1, CYCLES + 1)]
    if fingerprint("load_bare") != fingerprint("load_protected"):
        raise SystemExit("bench: the two loads do not hold the same rows")

    def ratios(read) -> list:
        return [read(cycle, "load_bare") / read(cycle, "load_protected") for cycle in cycles]

    seconds = statistics.median(sum(cycle["cpu"]["load_protected"]) for cycle in cycles)
    show("load as lad_app / into bare tables, CPU", ratios(lambda c, d: sum(c["cpu"][d])),
         f"{TENANTS_PER_CYCLE} tenants of {LEADS} leads in {seconds:.1f} s of CPU")
    show("the same by the clock", ratios(lambda c, d: c["clock"][d]))
    for position, name in enumerate(APPLICATION):
        show(f"of it {name}.sql, CPU", ratios(lambda c, d: c["cpu"][d][position]))


def bench_install() -> None:
    times = []
    for _ in range(CYCLES):
        psql("DROP DATABASE IF EXISTS install_time; CREATE DATABASE install_time")
        times.append(float(psql("""
            SET client_min_messages = warning;
            CREATE EXTENSION lad_ext CASCADE;
            SELECT clock_timestamp() AS started \\gset
            SELECT FROM lad.install_schema() \\g /dev/null
            SELECT extract(epoch FROM clock_timestamp() - :'started'::timestamptz)
            """, database="install_time")))
    show("install_schema(), seconds", times)
