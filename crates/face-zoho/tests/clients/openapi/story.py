"""Drives every operation that Zoho's OpenAPI documents describe and the server serves, by clients generated from
them, and the served operations that they do not describe by plain requests.

    story.py <base URL> <token> <organization> <folder of documents> <folder for clients> <what is there, JSON>

Prints one JSON object on its last line: the calls with their statuses, the violations of the schemas, the keys that
no schema describes and the described ones that never came.
"""

import collections
import json
import sys

import httpx

import books
import catalogue
import described
import generated
import judged


class Run:
    """Calls, and what the answers were judged to be."""

    def __init__(self, base_url, token, organization, documents, folder, there):
        self.there = there
        self.organization = organization
        self.documents = {
            (method, path): (document, schema)
            for document in documents.values()
            for method, path, schema in document.operations()
        }
        self.client = generated.Client(documents, folder, base_url, token, organization)
        # What the older pages describe is typed as they have it; their answers are judged too, where nothing changes.
        self.older = self.client.at(base_url.replace("/billing/", "/subscriptions/"), token)
        self.plain = httpx.Client(
            base_url=base_url, headers={"Authorization": f"Zoho-oauthtoken {token}"}, trust_env=False, timeout=None
        )
        self.calls = {}
        # `violations` on whole amounts, `fractions` of amounts and quantities with some, `older` by the older pages.
        self.violations = {kind: collections.defaultdict(set) for kind in ("violations", "fractions", "older")}
        self.kind = "violations"
        self.strange = collections.defaultdict(set)
        self.missing = collections.defaultdict(set)
        self.seen = set()

    def call(self, method, path, *ids, body=None, **query):
        """A described operation through its generated client; the answer's JSON, when it is of success."""
        document, _ = self.documents[method, path]
        answer, response = self.client.call(self.client.clients, method, path, ids, body, query)
        told = response.json()
        expected, schema = document.answer(method, path)
        where = f"{method} {path}"
        if response.status_code != expected or told.get("code") != 0:
            raise SystemExit(f"{where} {ids} {body}: {response.status_code} {response.text}, described as {expected}")
        # What the generated code made of it is what its user sees.
        if answer.parsed is None or answer.parsed.to_dict().get("message") != told["message"]:
            raise SystemExit(f"{where}: the generated client read {answer.parsed} in {response.text}")
        self.calls[where] = [response.status_code, "generated client"]
        self.judge(self.kind, where, document, schema, told)
        if method == "GET" and self.kind == "violations":
            _, response = self.client.call(self.older, method, path, ids, body, query)
            self.judge("older", where, document, schema, response.json())
        for place in judged.strange_keys(document, schema, told):
            self.strange[place].add(where)
        missing = set(judged.missing_keys(document, schema, told))
        self.missing[where] = missing if where not in self.seen else self.missing[where] & missing
        self.seen.add(where)
        return told

    def judge(self, kind, where, document, schema, told):
        for place, fault in judged.violations(document, schema, told):
            # What whole amounts below /billing/v1 violate too is no matter of fractions or of the older pages.
            if kind == "violations" or where not in self.violations["violations"][place, fault]:
                self.violations[kind][place, fault].add(where)

    def ask(self, method, path, *ids, body=None, **query):
        """An operation that no document describes, by a plain request."""
        url = path
        names = iter(ids)
        while "{" in url:
            url = url[: url.index("{")] + str(next(names)) + url[url.index("}") + 1 :]
        response = self.plain.request(method, url, params=query, json=body)
        told = response.json()
        if response.status_code not in (200, 201) or told.get("code") != 0:
            raise SystemExit(f"{method} {url} {body}: {response.status_code} {response.text}")
        self.calls.setdefault(f"{method} {path}", [response.status_code, "plain request"])
        return told


def by_place(missing):
    found = collections.defaultdict(set)
    for where, places in missing.items():
        for place in places:
            found[place].add(where)
    return found


def told(found):
    return [[*([key] if isinstance(key, str) else key), sorted(where)] for key, where in sorted(found.items()) if where]


def main(base_url, token, organization, documents, folder, there):
    documents = described.read(documents)
    run = Run(base_url, token, organization, documents, folder, json.loads(there))
    catalogue.drive(run)
    books.drive(run)
    answer = {
        "calls": run.calls,
        "described": [
            [document.module, f"{method} {path}"] for (method, path), (document, _) in run.documents.items()
        ],
        **{kind: told(found) for kind, found in run.violations.items()},
        "strange": told(run.strange),
        "missing": told(by_place(run.missing)),
    }
    print()
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
