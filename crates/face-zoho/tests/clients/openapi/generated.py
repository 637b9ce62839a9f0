"""Clients that openapi-python-client generates from Zoho's documents, one package for each module, and calls
through them."""

import importlib
import inspect
import pathlib
import re
import sys
import types
import typing

import openapi_python_client
import yaml
from openapi_python_client.config import Config, ConfigFile, MetaType

import described

# What a generated module sends, as its own source says it.
SENDS = re.compile(r'"method": "(\w+)",\s*"url": "([^"]*)"')


class Client:
    """The generated functions by method and path, and every answer they got."""

    def __init__(self, documents, folder, base_url, token, organization):
        self.organization = organization
        self.functions = {}
        self.packages = []
        self.last = None
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        sys.path.insert(0, str(folder))
        for module, document in documents.items():
            package = "zoho_" + module.replace("-", "_")
            generate(document, folder, package)
            self.load(folder, package)
            self.packages.append(package)
        self.clients = self.at(base_url, token)

    def at(self, base_url, token):
        """The generated clients of all packages for one server."""
        return {
            package: importlib.import_module(f"{package}.client").AuthenticatedClient(
                base_url=base_url,
                token=token,
                prefix="Zoho-oauthtoken",
                raise_on_unexpected_status=False,
                httpx_args={"trust_env": False, "event_hooks": {"response": [self.remember]}},
                timeout=None,
            )
            for package in self.packages
        }

    def remember(self, response):
        response.read()
        self.last = response

    def load(self, folder, package):
        for path in sorted((folder / package / "api").rglob("*.py")):
            if sends := SENDS.search(path.read_text(encoding="utf-8")):
                name = ".".join(path.relative_to(folder).with_suffix("").parts)
                found = importlib.import_module(name)
                method, url = sends.groups()
                self.functions[method.upper(), described.normal(url)] = (package, found)

    def call(self, clients, method, path, ids, body, query):
        """The generated function's answer, and the HTTP response it read."""
        package, module = self.functions[method, described.normal(path)]
        function = module.sync_detailed
        parameters = inspect.signature(function).parameters
        named = {"client": clients[package], **query}
        for name in parameters:
            if name.startswith("x_com_zoho") or name == "organization_id":
                named[name] = self.organization
        if body is not None:
            named["body"] = model(typing.get_type_hints(function)["body"], body)
        return function(*ids, **named), self.last


def generate(document, folder, package):
    source = folder / f"{package}.yml"
    source.write_text(yaml.safe_dump(document.whole, sort_keys=False), encoding="utf-8")
    config = Config.from_sources(
        ConfigFile(post_hooks=[]),
        MetaType.NONE,
        document_source=source,
        file_encoding="utf-8",
        overwrite=True,
        output_path=folder / package,
    )
    told = openapi_python_client.generate(config=config)
    if told:
        raise SystemExit(f"{document.module}.yml cannot be generated from whole; patch it: {told}")


def model(hint, body):
    """The body as the generated model that takes it: what the model does not know, the client cannot send."""
    choices = typing.get_args(hint) if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union else [hint]
    problems = []
    for choice in choices:
        if typing.get_origin(choice) is list and isinstance(body, list):
            [item] = typing.get_args(choice)
            return [model(item, one) for one in body]
        if hasattr(choice, "from_dict") and isinstance(body, dict):
            try:
                made = choice.from_dict(body)
            except KeyError as missing:
                problems.append(f"{choice.__name__} wants {missing}")
                continue
            if getattr(made, "additional_properties", None):
                problems.append(f"{choice.__name__} does not know {sorted(made.additional_properties)}")
                continue
            return made
    raise TypeError(f"no model takes {body}: {problems}")
