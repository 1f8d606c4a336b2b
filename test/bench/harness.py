"""What the benchmarks share: running SQL, and printing a ratio as the median with its range."""
import os
import pathlib
import statistics
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
CYCLES = int(os.environ.get("LAD_BENCH_CYCLES", "4"))
SECONDS = os.environ.get("LAD_BENCH_SECONDS", "2")
# Nanoseconds of CPU that this backend has used: other processes do not touch them.
CPU = "SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::bigint"


def psql(sql: str, folder: pathlib.Path = HERE, database: str | None = None, **variables) -> str:
    command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    for name, value in variables.items():
        command += ["-v", f"{name}={value}"]
    if database:
        command += ["-d", database]
    done = subprocess.run(command, input=sql, text=True, capture_output=True, cwd=folder)
    if done.returncode:
        raise SystemExit(f"bench: {done.stderr}")
    return done.stdout


def show(what: str, ratios: list, note: str = "") -> None:
    print(f"| {what} | {statistics.median(ratios):.2f} | {min(ratios):.2f}–{max(ratios):.2f} | {note} |",
          flush=True)
