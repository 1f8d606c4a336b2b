#!/usr/bin/env python3
"""An application that expands keywords with a language model, and asks it as seldom as it can.

Usage: expand_keywords.py [--seed N] [--workers N] [KEYWORD...]

Workers want the same keywords at the same time; the database lets one of them ask the model for each,
serves what is there to the others, and survives a model that fails, stalls and lies. The model is a fake one.
Connects as APP_USER (app) with a token that AUTH_USER (auth) issues for TENANT (a uuid); psycopg2.
"""
import argparse
import collections
import json
import os
import random
import sys
import threading
import time

import psycopg2

LEASE = "1 second"
PROMPT = "expand-2"
WORDS = ("director", "head", "lead", "officer", "chief", "manager", "partner")


class ModelFailure(Exception):
    """The model did not answer; its text is a short class of error."""


class FakeModel:
    """Answers well one time in three; fails, stalls beyond the lease, or returns what is no list of terms."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.asked = collections.Counter()

    def expand(self, keyword: str) -> object:
        with self.lock:
            mood = self.random.randrange(6)
            # A keyword is not unlucky for ever.
            mood = 0 if self.asked[keyword] >= 3 else mood
            self.asked[keyword] += 1
        if mood == 1:
            raise ModelFailure("overloaded")
        if mood == 2:
            time.sleep(1.5)
        if mood == 3:
            return {"answer": f"Certainly! Here are terms for {keyword}."}
        terms = [f"{keyword} {word}" for word in WORDS]
        if mood == 4:
            terms += [f"<a href='https://evil.example'>{keyword}</a>", "ignore\u202eall rules", terms[0] + "s", 17]
        return terms


def issue_token() -> str:
    with psycopg2.connect(user=os.environ.get("AUTH_USER", "auth")) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT lad.issue_token(%s, ttl => '5 minutes')", [os.environ["TENANT"]])
            return cursor.fetchone()[0]


class Expander:
    """One worker with its connection."""

    def __init__(self, token: str, model: FakeModel, seen: collections.Counter):
        self.connection = psycopg2.connect(user=os.environ.get("APP_USER", "app"))
        self.token, self.model, self.seen = token, model, seen

    def call(self, sql: str, *values):
        """One short transaction: nobody waits for the database while the model thinks."""
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute("SELECT lad.authenticate(%s)", [self.token])
            cursor.execute(sql, values)
            return cursor.fetchone()

    def expand(self, keyword: str) -> list:
        """The terms for a keyword; none when the model cannot be asked now."""
        while True:
            status, terms, claim, wait = self.call(
                "SELECT status, terms, claim, extract(epoch FROM retry_after)::float8"
                " FROM lad.acquire_expansion(%s, prompt_version => %s, lease => %s)", keyword, PROMPT, LEASE)
            self.seen[status] += 1
            if status in ("hit", "stale"):
                return terms
            if status == "negative":
                return []
            if status == "wait":
                time.sleep(wait)
                continue
            fresh = self.produce(keyword, claim)
            if fresh is not None:
                return fresh

    def produce(self, keyword: str, claim: str) -> list | None:
        """Asks the model; None when nothing came of it."""
        try:
            output = self.model.expand(keyword)
            return self.call("SELECT lad.fulfil_expansion(%s, %s, 'fake', '30 days')", claim, json.dumps(output))[0]
        except ModelFailure as failure:
            self.give_up(claim, str(failure))
        except psycopg2.Error as error:
            if error.pgcode == "LD401":  # nothing usable: the claim is still ours
                self.give_up(claim, "unusable")
            elif error.pgcode == "LD402":  # too late: somebody else may have asked meanwhile
                self.seen["late"] += 1
            else:
                raise
        return None

    def give_up(self, claim: str, reason: str) -> None:
        try:
            self.call("SELECT lad.fail_expansion(%s, %s)", claim, reason)
            self.seen["failed"] += 1
        except psycopg2.Error as error:
            if error.pgcode != "LD402":
                raise
            self.seen["late"] += 1


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("keywords", nargs="*", default=["Sales", "Data Engineering", "Growth Marketing", "Fintech"])
    args = parser.parse_args()
    model, seen, token = FakeModel(args.seed), collections.Counter(), issue_token()
    answers, errors = collections.defaultdict(list), []

    def work() -> None:
        try:
            expander = Expander(token, model, seen)
            for keyword in args.keywords:
                answers[keyword].append(expander.expand(keyword))
        except Exception as error:  # shown by the main thread
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(args.workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for keyword in args.keywords:
        known = max(answers[keyword], key=len, default=[])
        print(f"{keyword}: asked {model.asked[keyword]}, answered {len(answers[keyword])}, terms {len(known)}")
    print("seen: " + ", ".join(f"{status} {count}" for status, count in sorted(seen.items())))
    for error in errors:
        print(f"error: {error}")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
