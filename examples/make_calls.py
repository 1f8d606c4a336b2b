#!/usr/bin/env python3
"""A month of phone calls of three tenants, as a carrier's webhooks would deliver them.

Usage: make_calls.py [--seed N] [--calls N] > calls.csv

The same seed gives the same bytes. Each line is one delivery; a call may be delivered several
times:
  - most calls are delivered once, finished, with what they used;
  - 5 % are delivered again, word for word;
  - 2 % are corrected: delivered again later, longer and with larger quantities;
  - 3 % finished with a length of zero, 8 % never connected: neither costs anything.

Columns: tenant (slug), call_id (uuid), started_at (UTC), status, duration_seconds, agent (1-3),
lead (1-200), phone, stt_seconds, llm_tokens, tts_characters, telephony_minutes.
"""
import argparse
import csv
import datetime
import random
import sys
import uuid

TENANTS = ("acme", "globex", "initech")
MONTH_START = datetime.datetime(2026, 10, 1)
DAYS = 31
NOT_CONNECTED = ("no_answer", "busy", "failed", "declined")


def usage(rng: random.Random, seconds: int) -> dict:
    """What a call of that length used; nothing when it has no length."""
    if seconds == 0:
        return {"stt_seconds": 0, "llm_tokens": 0, "tts_characters": 0, "telephony_minutes": 0}
    return {
        "stt_seconds": seconds,
        "llm_tokens": seconds * rng.randint(8, 25),
        "tts_characters": seconds * rng.randint(5, 14),
        "telephony_minutes": f"{seconds / 60:.4f}",
    }


def make_call(rng: random.Random, tenant: str) -> dict:
    started_at = MONTH_START + datetime.timedelta(
        days=rng.randrange(DAYS), hours=rng.randint(8, 21), seconds=rng.randrange(3600))
    fate = rng.random()
    status, seconds = "completed", max(5, int(rng.expovariate(1 / 140)))
    if fate < 0.08:
        status, seconds = rng.choice(NOT_CONNECTED), 0
    elif fate < 0.11:
        seconds = 0
    return {
        "tenant": tenant,
        "call_id": uuid.UUID(int=rng.getrandbits(128), version=4),
        "started_at": started_at.strftime("%Y-%m-%d %H:%M:%S+00"),
        "status": status,
        "duration_seconds": seconds,
        "agent": rng.randint(1, 3),
        "lead": rng.randint(1, 200),
        "phone": rng.randint(500000000, 599999999),
        **usage(rng, seconds),
    }


def lengthen(rng: random.Random, call: dict) -> dict:
    seconds = call["duration_seconds"] + rng.randint(1, 240)
    more = usage(rng, seconds)
    larger = {key: max(float(more[key]), float(call[key])) for key in more}
    larger["telephony_minutes"] = f"{larger['telephony_minutes']:.4f}"
    for key in ("stt_seconds", "llm_tokens", "tts_characters"):
        larger[key] = int(larger[key])
    return {**call, "duration_seconds": seconds, **larger}


def deliveries(rng: random.Random, tenant: str, calls: int) -> list:
    """Deliveries in the order they arrive: second ones come up to 300 deliveries later."""
    arrivals = []
    for position in range(calls):
        call = make_call(rng, tenant)
        arrivals.append((position, call))
        fate = rng.random()
        if fate < 0.05:
            arrivals.append((position + rng.uniform(0, 300), call))
        elif fate < 0.07 and call["duration_seconds"] > 0:
            arrivals.append((position + rng.uniform(0, 300), lengthen(rng, call)))
    return [call for _, call in sorted(arrivals, key=lambda arrival: arrival[0])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=int, default=3600, help="calls of each tenant")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    writer = None
    for tenant in TENANTS:
        for delivery in deliveries(rng, tenant, options.calls):
            if writer is None:
                writer = csv.DictWriter(sys.stdout, delivery.keys(), lineterminator="\n")
                writer.writeheader()
            writer.writerow(delivery)


if __name__ == "__main__":
    main()
