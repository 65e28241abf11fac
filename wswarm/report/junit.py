"""Test reports as JUnit XML, which CI systems show beside the other tests."""

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as Xml

from wswarm.report.checks import Check, Result

_COUNTED: dict[str, tuple[Result, ...]] = {
    "failures": ("failed",),
    "errors": ("error", "not measurable"),
    "skipped": ("undecided", "advisory", "open"),
}
_TAGS: dict[Result, str] = {
    "failed": "failure",
    "error": "error",
    "not measurable": "error",
    "undecided": "skipped",
    "advisory": "skipped",
    "open": "skipped",
}


def render(checks: Sequence[Check], seconds: float | None = None) -> str:
    """Return the checks as JUnit XML, one suite per group; undecided and advisory ones are skipped, with a message.

    The form is that of the Jenkins schema `junit-10.xsd`, which GitLab, Jenkins and GitHub's test reporters read.

    Args:
        checks: In the order wanted.
        seconds: How long it all took.
    """
    time = {} if seconds is None else {"time": f"{seconds:.3f}"}
    top = Xml.Element("testsuites", {"name": "wswarm", **_totals(checks, with_skipped=False), **time})
    for group, own in groupby(sorted(checks, key=lambda check: check.group), lambda check: check.group):
        found = list(own)
        suite = Xml.SubElement(top, "testsuite", {"name": group, **_totals(found, with_skipped=True), **time})
        for check in found:
            case = Xml.SubElement(suite, "testcase", {"classname": group, "name": check.name, "time": "0"})
            tag = _TAGS.get(check.result)
            if tag is not None:
                kind = (
                    {} if tag == "skipped" else {"type": check.result}
                )  # not every schema lets a skipped one say
                Xml.SubElement(case, tag, {**kind, "message": check.message})
            else:
                Xml.SubElement(case, "system-out").text = check.message
    Xml.indent(top)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(top, encoding="unicode") + "\n"


def _totals(checks: Sequence[Check], *, with_skipped: bool) -> dict[str, str]:
    counted = {
        name: str(sum(check.result in results for check in checks))
        for name, results in _COUNTED.items()
        if with_skipped or name != "skipped"
    }
    return {"tests": str(len(checks)), **counted}
