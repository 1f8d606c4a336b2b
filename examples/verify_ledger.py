#!/usr/bin/env python3
"""verify_ledger.py [PSQL OPTIONS]: recomputes every hash chain without the extension.

Reads the ledger row by row through psql (README, "The ledger"), prints each row that does not hold and
a last line `wallets W, rows R, problems P`; exit code 1 when there is one.
"""
import hashlib
import json
import subprocess
import sys

ROWS = """
    SELECT json_build_array(tenant_id, wallet_id, seq, id, transaction_type, amount::text,
        balance_before::text, balance_after::text, reserved_delta::text, counter_account, currency,
        reference_type, reference_id, idempotency_key, reverses_id, created_by, description,
        metadata::text, (extract(epoch FROM effective_at) * 1000000)::bigint,
        (extract(epoch FROM created_at) * 1000000)::bigint,
        encode(request_hash, 'hex'), encode(row_hash, 'hex'))
    FROM (SELECT {0} FROM lad_data.billing_ledger_transactions
          UNION ALL SELECT {0} FROM lad_data.billing_ledger_archive) AS l
    ORDER BY tenant_id, wallet_id, seq""".format("""tenant_id, wallet_id, seq, id, transaction_type, amount,
        balance_before, balance_after, reserved_delta, counter_account, currency, reference_type, reference_id,
        idempotency_key, reverses_id, created_by, description, metadata, effective_at, created_at, request_hash,
        row_hash""")
IN_HEX = (0, 1, 3, 12, 14, 15, 20)  # uuids and hashes


def encode(value, in_hex: bool = False) -> bytes:
    """A length of four bytes, big-endian, and the value; NULL is the length 0xFFFFFFFF alone."""
    if value is None:
        return b"\xff\xff\xff\xff"
    if in_hex:
        value = bytes.fromhex(value.replace("-", ""))
    elif isinstance(value, int):
        value = value.to_bytes(8, "big", signed=True)
    elif isinstance(value, str):
        value = value.encode()
    return len(value).to_bytes(4, "big") + value


def main() -> int:
    psql = subprocess.Popen(["psql", "-XAtq", *sys.argv[1:], "-c", ROWS], stdout=subprocess.PIPE, text=True)
    wallets = rows = problems = 0
    wallet, seq, balance, head = None, 0, "0.000000", bytes(32)
    for row in map(json.loads, psql.stdout):
        if row[:2] != wallet:
            wallet, seq, balance, head = row[:2], 0, "0.000000", bytes(32)
            wallets += 1
        fields = b"".join(encode(value, n in IN_HEX) for n, value in enumerate(row[:21]))
        expected = hashlib.sha256(encode("lad.row.1") + encode(head) + fields).hexdigest()
        if (row[2], row[6], row[21]) != (seq + 1, balance, expected):
            print(f"wallet {wallet[1]} row {row[2]} does not hold")
            problems += 1
        seq, balance, head = row[2], row[7], bytes.fromhex(row[21])
        rows += 1
    print(f"wallets {wallets}, rows {rows}, problems {problems}")
    return 1 if problems or psql.wait() else 0


if __name__ == "__main__":
    sys.exit(main())
