"""Zoho's OpenAPI documents: read, patched where the generator cannot read them, and asked about operations."""

import json
import pathlib
import re

import yaml

METHODS = ("get", "post", "put", "delete")


class Document:
    """One module's description, such as `invoices.yml`."""

    def __init__(self, module, whole):
        self.module = module
        self.whole = whole

    def operations(self):
        for path, item in self.whole["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method.upper(), path, item[method]

    def answer(self, method, path):
        """The status of success and the schema of its JSON."""
        responses = self.whole["paths"][path][method.lower()]["responses"]
        [(status, response)] = [(status, told) for status, told in responses.items() if str(status).startswith("2")]
        return int(status), response["content"]["application/json"]["schema"]

    def resolved(self, schema):
        while "$ref" in schema:
            there = self.whole
            for step in schema["$ref"].removeprefix("#/").split("/"):
                there = there[step]
            schema = there
        return schema


def read(folder):
    """All documents of a folder by module, with the listed patches applied."""
    folder = pathlib.Path(folder)
    documents = {
        path.stem: Document(path.stem, yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.yml"))
    }
    for patch in json.loads((folder / "patches.json").read_text(encoding="utf-8")):
        apply(documents[patch["module"]], patch)
    return documents


def apply(document, patch):
    *way, last = patch["at"].split("/")
    there = document.whole
    for step in way:
        there = there[int(step)] if isinstance(there, list) else there[step]
    if isinstance(there, list):
        last = int(last)
    before = there[last]
    match patch["do"]:
        case "replace by its first choice":
            there[last] = {"type": "object", **before["oneOf"][0]}
        case "leave out of the list":
            there[last] = [one for one in before if one not in patch["values"]]
        case "set":
            there[last] = patch["value"]
        case other:
            raise ValueError(f"no such patch: {other}")
    if there[last] == before:
        raise ValueError(f"this patch changes nothing any more: {patch}")


def normal(path):
    """A path with its parameters' names left out."""
    return re.sub(r"\{[^}]*\}", "{}", path)
