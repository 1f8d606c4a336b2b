"""Postings against a bare INSERT into an equally indexed table and a double-entry ledger in PL/pgSQL."""
import os
import statistics
import subprocess

from harness import CPU, CYCLES, HERE, SECONDS, psql, show

TENANT = "md5('tenant 1')::uuid"
BATCH = 1000


def token() -> str:
    return psql(f"SELECT lad.issue_token({TENANT}, ttl => '15 minutes')").strip()


def set_early_release(mode: str) -> None:
    psql(f"ALTER SYSTEM SET lad.early_lock_release = {mode}; SELECT pg_reload_conf()")


def per_second(script: str, clients: int, wallets: int) -> float:
    """Transactions a second once every session has planned its statements: the first second is left out."""
    is_ours = script in ("debit", "replay")
    user = "bench_app" if is_ours else os.environ["PGUSER"]
    command = ["pgbench", "-n", "-U", user, "-c", str(clients), "-j", "1", "-P", "1",
               "-T", str(int(SECONDS) + 1), "-D", f"wallets={wallets}", "-D", f"token='{token()}'",
               "-f", str(HERE / f"{script}.pgbench")]
    done = subprocess.run(command, text=True, capture_output=True)
    # progress: 2.0 s, 1234.5 tps, lat 0.812 ms stddev 0.093, 0 failed
    rates = [float(line.split()[3]) for line in done.stderr.splitlines() if line.startswith("progress")]
    if done.returncode or len(rates) < 2:
        raise SystemExit(f"bench: {done.stderr}")
    return statistics.mean(rates[1:])


def bench_spread() -> None:
    for clients in (1, 4, 16):
        runs = [{script: per_second(script, clients, 1000)
                 for script in ("debit", "bare_insert", "double_entry")} for _ in range(CYCLES)]
        rate = statistics.median(run["debit"] for run in runs)
        for baseline, name in (("bare_insert", "bare INSERT"), ("double_entry", "double entry in PL/pgSQL")):
            show(f"debit spread over 1,000 wallets, {clients} clients / {name}",
                 [run["debit"] / run[baseline] for run in runs], f"{rate:.0f} debits/s")


def bench_one_wallet() -> None:
    for clients in (1, 4, 16):
        runs = []
        for _ in range(CYCLES):
            run = {"spread": per_second("debit", clients, 1000)}
            for mode in ("off", "auto", "on"):
                set_early_release(mode)
                run[mode] = per_second("debit", clients, 1)
            psql("ALTER SYSTEM RESET lad.early_lock_release; SELECT pg_reload_conf()")
            runs.append(run)
        for mode in ("off", "auto", "on"):
            rate = statistics.median(run[mode] for run in runs)
            show(f"debit on one wallet, {clients} clients, early release {mode} / spread",
                 [run[mode] / run["spread"] for run in runs], f"{rate:.0f} debits/s")
        show(f"debit on one wallet, {clients} clients, early release auto / off",
             [run["auto"] / run["off"] for run in runs])


def bench_replay() -> None:
    psql(f"""BEGIN; SELECT lad.authenticate_service({TENANT}, 'bench');
        SELECT count(lad.debit(id, 0.01, 'known ' || n)) FROM bench.wallet_numbers; COMMIT""")
    for clients in (1, 16):
        runs = [(per_second("replay", clients, 1000), per_second("debit", clients, 1000))
                for _ in range(CYCLES)]
        show(f"replay of a known key, {clients} clients / debit", [a / b for a, b in runs])


# Each part is prepared, then runs between two readings of the clock; all is committed.
BATCHES = {
    "batch": """SELECT count(*) FROM lad.post_batch(ARRAY(
        SELECT ROW(wallet, 'debit', 0.01, key, NULL, NULL, NULL, NULL, NULL, NULL)::lad.posting_request
        FROM work ORDER BY n))""",
    "loop": "SELECT count(lad.debit(wallet, 0.01, key)) FROM (SELECT * FROM work ORDER BY n) AS w",
    "unnest": """INSERT INTO bench.bare (id, tenant_id, wallet_id, transaction_type, amount, balance_before,
            balance_after, idempotency_key, metadata, created_at, seq, reserved_delta, counter_account, currency,
            effective_at, request_hash, row_hash)
        SELECT gen_random_uuid(), md5('tenant 1')::uuid, w, 'debit', -0.01, 1, 0.99, k, '{}', clock_timestamp(), s,
            0, 'revenue', 'USD', now(), sha256('k'), sha256('k')
        FROM (SELECT array_agg(wallet ORDER BY n) AS ws, array_agg(key ORDER BY n) AS ks, array_agg(:serial + n) AS ss
              FROM work) AS a, unnest(ws, ks, ss) AS u (w, k, s)""",
}


def batch_seconds(kind: str, wallets: int, serial: int) -> float:
    """Seconds of the second run in a session: the first one makes its plans."""
    script = f"""
        SELECT lad.issue_token({TENANT}) AS token \\gset
        """ + "".join(f"""
        \\set serial {number}
        CREATE TEMPORARY TABLE work AS
            SELECT i AS n, '{kind} {number} ' || i AS key, w.id AS wallet
            FROM generate_series(1, {BATCH}) AS i JOIN bench.wallet_numbers AS w ON w.n = 1 + i % {wallets};
        BEGIN;
        SELECT lad.authenticate(:'token') \\g /dev/null
        SELECT extract(epoch FROM clock_timestamp()) AS before \\gset
        {BATCHES[kind]} \\g /dev/null
        COMMIT;
        SELECT extract(epoch FROM clock_timestamp()) - :before;
        DROP TABLE work;
        """ for number in (serial, serial + BATCH))
    return float(psql(script).strip().splitlines()[-1])


def bench_batch() -> None:
    serial = 0
    for wallets in (1, 1000):
        runs = []
        for _ in range(CYCLES + 1):
            serial += 2 * BATCH
            runs.append({kind: batch_seconds(kind, wallets, serial) for kind in BATCHES})
        runs = runs[1:]
        rate = BATCH / statistics.median(run["batch"] for run in runs)
        what = f"batch of 1,000 to {wallets:,} wallet{'s' if wallets > 1 else ''}"
        show(f"{what} / INSERT … SELECT FROM unnest", [run["unnest"] / run["batch"] for run in runs],
             f"{rate:.0f} posts/s")
        show(f"{what} / loop of single posts", [run["loop"] / run["batch"] for run in runs])


def bench_wal() -> None:
    """Bytes of the log that a debit writes, without images of pages: those depend on the checkpoints."""
    psql("ALTER SYSTEM SET full_page_writes = off")
    psql("SELECT pg_reload_conf(), pg_sleep(1); CHECKPOINT")
    sizes = []
    for cycle in range(CYCLES):
        before = psql("SELECT pg_current_wal_insert_lsn()").strip()
        psql(f"""SELECT lad.issue_token({TENANT}) AS token \\gset
            SELECT format('BEGIN; SELECT lad.authenticate(%L); SELECT lad.debit(%L, 0.01, %L); COMMIT;',
                          :'token', id, 'wal {cycle} ' || n)
            FROM bench.wallet_numbers \\gexec
            """)
        sizes.append(float(psql(f"SELECT (pg_current_wal_insert_lsn() - '{before}') / 1000")))
    psql("ALTER SYSTEM RESET full_page_writes")
    psql("SELECT pg_reload_conf()")
    show("bytes of the log per debit", sizes)


def debits(database: str, cycle: int) -> int:
    """Nanoseconds of CPU of one session for 2,000 debits, each in a transaction of its own, after 200 others."""
    return int(psql(f"""
        SET synchronous_commit = off;
        CREATE TEMP TABLE used (ns bigint);
        DO $$
        DECLARE wallets CONSTANT uuid[] := ARRAY(SELECT id FROM bench.wallet_numbers ORDER BY md5(id::text || {cycle}));
        BEGIN
            FOR n IN 0..2199 LOOP
                IF n = 200 THEN INSERT INTO used {CPU}; END IF;
                PERFORM lad.authenticate_service({TENANT}, 'bench');
                PERFORM lad.debit(wallets[1 + n % 1000], 0.01, 'size {cycle} ' || n);
                COMMIT;
            END LOOP;
        END $$;
        {CPU} - ns FROM used""", database=database))


def bench_size() -> None:
    """A debit with LAD_BENCH_ROWS ledger rows in place, over the same in a copy that has few."""
    rows = int(os.environ.get("LAD_BENCH_ROWS", "1000000"))
    grown = psql("SELECT current_database()").strip()
    psql(f"CREATE DATABASE few TEMPLATE {grown}", database="postgres")
    psql((HERE / "many_rows.sql").read_text(), rows=rows)
    pairs = [(debits("few", cycle), debits(grown, cycle)) for cycle in range(CYCLES + 1)][1:]
    show(f"cost of a debit with {rows:,} more ledger rows / without", [many / few for few, many in pairs],
         "CPU time, lower is better")
