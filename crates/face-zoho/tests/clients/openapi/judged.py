"""What an answer is, beside what its schema says it is: JSON Schema's violations, and keys the schema has not."""

import jsonschema


def violations(document, schema, answer):
    """Places and what is wrong there. OpenAPI 3.0's schemas are those of JSON Schema's fourth draft."""
    # References lead into the document, so that the schema is read as a part of it.
    rooted = {"allOf": [schema], "components": document.whole["components"]}
    for error in jsonschema.Draft4Validator(rooted).iter_errors(answer):
        yield place(error.absolute_path), fault(error)


def fault(error):
    match error.validator:
        case "type":
            return f"{type_of(error.instance)}, described as {error.validator_value}"
        case "required":
            return error.message
        case other:
            return f"{other} {error.validator_value}"


def type_of(value):
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def place(steps):
    return "$" + "".join("[]" if isinstance(step, int) else f".{step}" for step in steps)


def strange_keys(document, schema, answer, at="$"):
    """Places of keys that the schema does not describe; what stands below them is not looked at."""
    schema = document.resolved(schema)
    if isinstance(answer, list) and "items" in schema:
        for item in answer:
            yield from strange_keys(document, schema["items"], item, f"{at}[]")
    elif isinstance(answer, dict):
        known = properties(document, schema)
        for key, value in answer.items():
            if key not in known:
                # A schema without any property describes none to be strange beside.
                if known:
                    yield f"{at}.{key}"
            else:
                yield from strange_keys(document, known[key], value, f"{at}.{key}")


def missing_keys(document, schema, answer, at="$"):
    """Places of keys that the schema describes and the answer has not: allowed, and worth knowing."""
    schema = document.resolved(schema)
    if isinstance(answer, list) and "items" in schema:
        for item in answer:
            yield from missing_keys(document, schema["items"], item, f"{at}[]")
    elif isinstance(answer, dict):
        for key, below in properties(document, schema).items():
            if key not in answer:
                yield f"{at}.{key}"
            else:
                yield from missing_keys(document, below, answer[key], f"{at}.{key}")


def properties(document, schema):
    found = dict(schema.get("properties", {}))
    for word in ("oneOf", "anyOf", "allOf"):
        for choice in schema.get(word, []):
            found.update(properties(document, document.resolved(choice)))
    return found
