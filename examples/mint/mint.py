#!/usr/bin/env python3
"""Mint a token, then run a query for a tenant in one transaction.

Usage: mint.py hmac|ed25519 KID KEY_FILE TENANT QUERY

KEY_FILE holds the base64 secret of the kid (hmac), or the private key in PEM (ed25519). PGHOST,
PGPORT and PGDATABASE say where the database is. AUTH_USER, a member of lad_auth, asks for the
tenant's epoch; APP_USER, a member of lad_app, runs the query. Two services, in earnest: the one
that runs queries never sees a key.
"""
import base64
import hmac
import os
import struct
import sys
import time
import uuid

import psycopg2

NOBODY = uuid.UUID(int=0)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def hmac_signer(key_file: str):
    with open(key_file, encoding="ascii") as file:
        secret = base64.b64decode(file.read())
    return "v1", lambda message: hmac.digest(secret, message, "sha256")


def ed25519_signer(key_file: str):
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    with open(key_file, "rb") as file:
        return "v2", load_pem_private_key(file.read(), password=None).sign


SIGNERS = {"hmac": hmac_signer, "ed25519": ed25519_signer}


def mint(signer, kid: str, database: str, tenant: uuid.UUID, epoch: int,
         user: uuid.UUID = NOBODY, seconds: int = 60) -> str:
    version, sign = signer
    now_us = time.time_ns() // 1000
    payload = tenant.bytes + user.bytes + struct.pack(">qqq", now_us, now_us + seconds * 1_000_000, epoch)
    head = f"{version}.{kid}.{base64url(payload)}"
    return f"{head}.{base64url(sign(f'{database}|{head}'.encode()))}"


def ask_epoch(tenant: uuid.UUID):
    connection = psycopg2.connect(user=os.environ.get("AUTH_USER", "auth"))
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT lad.tenant_epoch(%s), current_database()", (str(tenant),))
        row = cursor.fetchone()
    connection.close()
    return row


def run_query(token: str, query: str):
    connection = psycopg2.connect(user=os.environ.get("APP_USER", "app"))
    # psycopg2 begins a transaction before the first statement; `with` commits it.
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT lad.authenticate(%s)", (token,))
        cursor.execute(query)
        rows = cursor.fetchall()
    connection.close()
    return rows


def main() -> int:
    if len(sys.argv) != 6 or sys.argv[1] not in SIGNERS:
        print(__doc__, file=sys.stderr)
        return 2
    algorithm, kid, key_file, tenant_text, query = sys.argv[1:]
    tenant = uuid.UUID(tenant_text)
    try:
        epoch, database = ask_epoch(tenant)
        token = mint(SIGNERS[algorithm](key_file), kid, database, tenant, epoch)
        for row in run_query(token, query):
            print(*row, sep="|")
    except psycopg2.Error as error:
        print(f"{error.pgcode}: {error}", end="", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
