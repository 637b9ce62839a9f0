"""One document for a fuzzer out of Zoho's: the operations that `docs/zoho-operations.md` calls served, with ids that
are there beside any others, and with our own table of errors as their only answers besides success.

    merged.py <folder of documents> <folder of the face's sources> <operations.md> <URL of the mount> <token> <output>
"""

import json
import pathlib
import re
import sys
import urllib.request

import described

# Where ids that are there come from: the list, its key, the key of a row, and the names that parameters and fields
# of such an id have.
IDS = [
    ("/customers", "customers", "customer_id", ["customer_id"]),
    ("/invoices", "invoices", "invoice_id", ["invoice_id"]),
    ("/payments", "payments", "payment_id", ["payment_id"]),
    ("/creditnotes", "creditnotes", "creditnote_id", ["creditnote_id"]),
    ("/items", "items", "item_id", ["item_id"]),
    ("/products", "products", "product_id", ["product_id"]),
    ("/plans", "plans", "plan_code", ["plan_code"]),
    ("/addons", "addons", "addon_code", ["addon_code"]),
    ("/coupons", "coupons", "coupon_code", ["coupon_code"]),
    ("/events", "events", "event_id", ["event_id"]),
    ("/unbilledcharges", "unbilled_charges", "unbilled_charge_id", ["unbilled_charge_id"]),
    ("/settings/taxes", "taxes", "tax_id", ["tax_id"]),
    ("/organizations", "organizations", "organization_id", ["X-com-zoho-subscriptions-organizationid"]),
]
MOST_IDS = 5

# `Fault::new(404, 1002, ...)`, what is said of bodies, `=> (413, 4013)`, and the arms of the table of refusals, which
# are all 400: `=> (4101, ...)`.
FAULTS = re.compile(r"::new\((\d{3}), ([\d_]+),")
BODIES = re.compile(r"=> \((4\d\d), (\d+)\)")
REFUSALS = re.compile(r"=>\s*(?:\{\s*)?\(([\d_]+), ")


def table_of_errors(sources):
    codes = {}
    for path in pathlib.Path(sources).rglob("*.rs"):
        text = path.read_text(encoding="utf-8")
        for status, code in FAULTS.findall(text) + BODIES.findall(text):
            codes.setdefault(status, set()).add(int(code))
        if path.name == "errors.rs":
            codes.setdefault("400", set()).update(map(int, REFUSALS.findall(text)))
    return {status: sorted(found) for status, found in codes.items() if status.startswith("4")}


def served(operations):
    text = pathlib.Path(operations).read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) `([^`]+)` \|[^|]*\| OpenAPI[^|]* \| yes \|", text, re.M)
    return {(method, described.normal(path)) for method, path in rows}


def known(url, token):
    found = {}
    for path, list_key, key, names in IDS:
        request = urllib.request.Request(url + path, headers={"Authorization": f"Zoho-oauthtoken {token}"})
        with urllib.request.urlopen(request) as response:
            rows = json.load(response)[list_key]
        values = [row[key] for row in rows[:MOST_IDS]]
        if values:
            found.update((name, values) for name in names)
    return found


def with_ids(name, schema, ids):
    """Any text, and often one that names something."""
    if name not in ids or schema.get("type") != "string":
        return schema
    if name.startswith("X-"):
        return {"enum": ids[name]}
    return {"anyOf": [{"enum": ids[name]}, {"type": "string"}], "example": ids[name][0]}


def renamed(value, module):
    """References into the module's own components, which get its name before theirs."""
    if isinstance(value, dict):
        return {key: reference(one, module) if key == "$ref" else renamed(one, module) for key, one in value.items()}
    if isinstance(value, list):
        return [renamed(one, module) for one in value]
    return value


def reference(text, module):
    *way, last = text.split("/")
    return "/".join([*way, f"{module}.{last}"])


def relaxed(document, deviations, becomes):
    """What our answers are known to be otherwise, and why, is listed; the fuzzer is not to find it again."""
    for slip in deviations:
        for place, _, operations in slip["found"]:
            for operation in operations:
                method, path = operation.split(" ")
                if method.lower() in document.whole["paths"].get(path, {}):
                    relax(document, document.answer(method, path)[1], place.split(".")[1:], becomes)


def relax(document, schema, steps, becomes):
    schema = document.resolved(schema)
    step, *rest = steps
    name, lists = step.removesuffix("[]"), step.endswith("[]")
    if not rest and not lists:
        schema["properties"][name] = becomes
        return
    below = schema["properties"][name]
    below = document.resolved(below)["items"] if lists else below
    relax(document, below, rest, becomes)


def merge(documents, folder, sources, operations, ids):
    deviations = json.loads((pathlib.Path(folder) / "deviations.json").read_text(encoding="utf-8"))
    errors = {
        status: {
            "description": "refused",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {"code": {"type": "integer", "enum": codes}, "message": {"type": "string"}},
                        "required": ["code", "message"],
                        "additionalProperties": False,
                    }
                }
            },
        }
        for status, codes in table_of_errors(sources).items()
    }
    paths, components = {}, {"schemas": {}, "parameters": {}}
    wanted = served(operations)
    for module, document in documents.items():
        relaxed(document, deviations["violations"], {})
        relaxed(document, deviations["fractions"], {"type": "number"})
        for kind in components:
            for name, one in document.whole["components"].get(kind, {}).items():
                if kind == "schemas":
                    one = with_ids(name, one, ids)
                else:
                    one = {**one, "schema": with_ids(one["name"], one["schema"], ids)}
                components[kind][f"{module}.{name}"] = renamed(one, module)
        for method, path, operation in document.operations():
            if (method, described.normal(path)) not in wanted:
                continue
            wanted.discard((method, described.normal(path)))
            operation = {key: value for key, value in operation.items() if key != "security"}
            operation["responses"] = {**operation["responses"], **errors}
            parameters = document.whole["paths"][path].get("parameters", []) + operation.get("parameters", [])
            operation["parameters"] = [
                {**one, "schema": with_ids(one["name"], one["schema"], ids)} if "schema" in one else one
                for one in parameters
            ]
            paths.setdefault(path, {})[method.lower()] = renamed(operation, module)
    if wanted:
        raise SystemExit(f"served and described, and in no document: {sorted(wanted)}")
    return {
        "openapi": "3.0.0",
        "info": {"title": "What is served of Zoho Billing", "version": "1"},
        "paths": paths,
        "components": components,
    }


def main(folder, sources, operations, url, token, output):
    documents = described.read(folder)
    whole = merge(documents, folder, sources, operations, known(url, token))
    pathlib.Path(output).write_text(json.dumps(whole), encoding="utf-8")
    count = sum(len(item) for item in whole["paths"].values())
    print(f"{count} operations in {output}")


if __name__ == "__main__":
    main(*sys.argv[1:])
