"""What messages may name: nothing that an installation lacks."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OF_THE_CHECKOUT = re.compile(r"\b(docs/|README|CONTRIBUTING|CHANGELOG|tests/|benchmarks/|Makefile)")


def messages(path: Path) -> list[str]:
    """Every string of the module but its docstrings."""
    tree = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


@pytest.mark.parametrize("package", ["wswarm", "target_app"])
def test_no_message_names_a_file_that_an_installation_lacks(package: str) -> None:
    named = {
        f"{path.relative_to(ROOT)}: {text}"
        for path in (ROOT / package).rglob("*.py")
        for text in messages(path)
        if OF_THE_CHECKOUT.search(text)
    }
    assert named == set()
