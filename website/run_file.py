"""The reference of the run file, made from its JSON Schema: every object, every field, its type and its meaning."""

import re
from collections.abc import Mapping
from typing import Any

from website.cells import cell, code, prose, table
from wswarm.results.run import json_schema

PATH = "reference/run_file.md"
_TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "null": "null",
}
_ENTRY = re.compile(r"^ {4}(\w+(?:, \w+)*): ((?:.+\n?(?: {8}.*\n?)*))", re.MULTILINE)


def run_file_page() -> str:
    """Return the page in Markdown."""
    parts = [
        "# The run file",
        "Each object of `run.json`, as its [JSON Schema](../docs/run.schema.json) has it. Times are seconds, sizes"
        " bytes; what is not known is `null`, never 0.",
    ]
    for name, form in json_schema()["$defs"].items():
        parts += [f"## {_title(name)}", _in_json(_about(form))]
        if "properties" in form:
            told = meanings(form)
            rows = [
                (code(field), _type(of), _in_json(told[field])) for field, of in form["properties"].items()
            ]
            parts.append(table(("field", "type", "meaning"), rows))
        else:
            parts.append(f"A list: {', '.join(map(_type, form['prefixItems']))}.")
    return "\n\n".join(parts) + "\n"


def meanings(form: Mapping[str, Any]) -> dict[str, str]:
    """Return what the description of an object says of each of its fields; "" where it says nothing.

    A field has a line of its own, or is named in that of another: "healthy: … `slow`: those that did not.".
    """
    found = dict.fromkeys(form["properties"], "")
    name = f"`(?:{'|'.join(found)})`"
    within = re.compile(rf"(?<=[.;] )({name}(?:, {name})*):? ")
    for names, text in _ENTRY.findall(form["description"]):
        pieces = within.split(" ".join(text.split()))
        for heads, meaning in zip([names, *pieces[1::2]], pieces[::2], strict=True):
            for field in re.findall(r"\w+", heads):
                if found.get(field) == "":
                    found[field] = meaning.strip(" ;")
    return found


def _about(form: Mapping[str, Any]) -> str:
    text: str = form["description"]
    return text.partition("\n\nAttributes:")[0]


def _in_json(text: str) -> str:
    return prose(text.replace("`None`", "`null`"))


def _title(name: str) -> str:
    return name.removeprefix("wswarm.results.").replace(".", " ").capitalize() if "." in name else name


def _type(form: Mapping[str, Any]) -> str:
    if "$ref" in form:
        title = _title(form["$ref"].rpartition("/")[2])
        return f"[{title}](#{title.lower().replace(' ', '-')})"
    if "anyOf" in form:
        return " or ".join(map(_type, form["anyOf"]))
    if "enum" in form:
        return ", ".join(code(str(one)) for one in form["enum"])
    if form.get("type") == "array":
        return f"list of {_type(form['items'])}" if "items" in form else "list"
    if form.get("type") == "object":
        of = form.get("additionalProperties")
        return f"object of {_type(of)}" if of else "object"
    return _TYPES.get(form.get("type", ""), cell(str(form.get("type", "any"))))
