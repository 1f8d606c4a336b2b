#!/usr/bin/env python3
"""Write the tables of functions, errors and data tables in README.md, between their markers.

docs.py          rewrite README.md where it is out of date
docs.py --check  exit 1 if it is out of date; write nothing

Functions come from the live database (PGHOST, PGDATABASE, ...), errors from src/core/errors.def,
the tables of lad_data from sql/schema.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
SECTIONS = ("functions", "errors", "tables")
# A row for each thing that happens, not for each thing there is: these grow for ever.
HIGH_VOLUME = {"ai_messages", "billing_grant_burns", "billing_ledger_archive", "billing_ledger_transactions", "billing_usage_events",
               "campaign_lead_activities", "credit_transactions", "domain_events", "voice_call_analysis",
               "voice_call_batch_entries", "voice_call_logs"}

FUNCTIONS_SQL = r"""
SELECT p.proname, pg_get_function_arguments(p.oid),
       CASE WHEN p.prokind = 'p' THEN '' ELSE pg_get_function_result(p.oid) END,
       coalesce(obj_description(p.oid, 'pg_proc'), ''),
       CASE WHEN p.proacl IS NULL OR EXISTS (
                   SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0)
            THEN 'everyone'
            ELSE coalesce((SELECT string_agg(a.grantee::regrole::text, ', ' ORDER BY 1)
                             FROM aclexplode(p.proacl) a WHERE a.grantee <> p.proowner),
                          'superusers') END
  FROM pg_proc p
 WHERE p.pronamespace = 'lad'::regnamespace
   AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
 ORDER BY p.proname COLLATE "C", pg_get_function_identity_arguments(p.oid) COLLATE "C"
"""


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def function_table() -> str:
    run = subprocess.run(
        ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-F", "\x1f", "-R", "\x1e", "-c", FUNCTIONS_SQL],
        stdout=subprocess.PIPE, text=True, timeout=60, check=True)
    rows = []
    for record in filter(None, run.stdout.rstrip("\n").split("\x1e")):
        name, arguments, result, comment, callers = record.split("\x1f")
        signature = f"`lad.{name}({arguments})`" + (f" → `{result}`" if result else "")
        rows.append([signature, comment, callers])
    return table(["function", "what it does", "who may call"], rows)


def error_table() -> str:
    source = (ROOT / "src/core/errors.def").read_text()
    source = re.sub(r"(?m)^\s*//.*$", "", source)
    text = r'"(?:[^"\\]|\\.)*"'
    entries = re.findall(
        rf"LAD_ERROR\(\s*(\w+)\s*,\s*({text})\s*,\s*((?:{text}\s*)+),\s*((?:{text}\s*)+)\)", source)
    if len(entries) != source.count("LAD_ERROR("):
        sys.exit("docs: a line of errors.def is not LAD_ERROR(name, text, text, text)")

    def joined(literals: str) -> str:
        return "".join(part[1:-1].replace('\\"', '"') for part in re.findall(text, literals))

    rows = [[joined(code), f"`{name}`", joined(condition), joined(remedy)]
            for name, code, condition, remedy in entries]
    return table(["SQLSTATE", "name", "when", "what to do"], rows)


def module_of(file: pathlib.Path) -> str:
    word = file.stem.split("_")[1]
    return "leads" if word == "lead" else word


def first_sentence(text: str) -> str:
    return re.split(r"(?<=\.) ", text, maxsplit=1)[0]


def tables_of(file: pathlib.Path) -> list[tuple[str, str]]:
    """Names of the tables a schema file makes, and what each holds, with its marks."""
    source, found = file.read_text(), []
    for name, statement in re.findall(r"(?s)CREATE TABLE lad_data\.(\w+) (.*?);", source):
        comment = re.search(rf"COMMENT ON TABLE lad_data\.{name} IS((?:\s+'(?:[^']|'')*')+);", source)
        if comment is None:
            sys.exit(f"docs: table {name} has no comment")
        text = "".join(re.findall(r"'((?:[^']|'')*)'", comment[1])).replace("''", "'")
        partitioned = re.search(r"PARTITION BY RANGE \((\w+)\)", statement)
        marks = ["high volume"] if name in HIGH_VOLUME else []
        marks += [f"partitioned by month of {partitioned[1]}"] if partitioned else []
        found.append((name, first_sentence(text) + (f" *{', '.join(marks)}*" if marks else "")))
    return found


def data_table() -> str:
    """One line for each table, by module; a module's first line names its files."""
    modules: dict[str, list[pathlib.Path]] = {}
    for file in sorted((ROOT / "sql/schema").glob("*.sql")):
        modules.setdefault(module_of(file), []).append(file)
    rows = []
    for module, files in modules.items():
        head = f"**{module}** " + ", ".join(f"`{file.name}`" for file in files)
        for name, holds in sum(map(tables_of, files), []):
            rows.append([head, f"`{name}`", holds])
            head = ""
    if unknown := HIGH_VOLUME - {row[1].strip("`") for row in rows}:
        sys.exit(f"docs: no such tables: {', '.join(sorted(unknown))}")
    return table(["module", "table", "holds"], rows)


def replace_section(document: str, name: str, body: str) -> str:
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    if document.count(begin) != 1 or document.count(end) != 1:
        sys.exit(f"docs: README.md needs the markers {begin} and {end}, once each")
    head, rest = document.split(begin)
    _, tail = rest.split(end)
    return f"{head}{begin}\n{body}\n{end}{tail}"


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    old = README.read_text()
    new = old
    for name, body in zip(SECTIONS, (function_table(), error_table(), data_table())):
        new = replace_section(new, name, body)
    if new == old:
        return 0
    if check:
        print("README.md: a table is out of date; run `make docs`")
        return 1
    README.write_text(new)
    print("README.md: tables rewritten")
    return 0


if __name__ == "__main__":
    sys.exit(main())
