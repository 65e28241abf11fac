"""A script's file: looked through without being run, and run in an agent."""

import ast
import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from wswarm import bounded
from wswarm.errors import PlanError
from wswarm.load.script import SESSION

Session = Callable[[Any], Awaitable[object]]

_MODULE = "wswarm_script"
_HOW = "write 'async def {name}(ws):'"


def check_script(path: str, name: str = SESSION) -> None:
    """Check what can be seen of a script without running it.

    Raises:
        PlanError: there is no such file, it is no Python, or has no coroutine function of that name.
    """
    tree = _parsed(path)
    named = [node for node in tree.body if name in _names_of(node)]
    if not named:
        raise PlanError(f"{path} has no function {name!r}: {_HOW.format(name=name)}")
    if isinstance(named[-1], ast.FunctionDef | ast.ClassDef):
        raise PlanError(f"{_place(path, named[-1].lineno)}: {name} is not async: {_HOW.format(name=name)}")
    if isinstance(named[-1], ast.AsyncFunctionDef):
        _check_arguments(path, named[-1])


def address_in(path: str) -> str | None:
    """Return the address that a script gives itself, `URL = "ws://…"` at its top level; `None` if it gives none.

    Raises:
        PlanError: the file can't be read, or is no Python.
    """
    for node in _parsed(path).body:
        if isinstance(node, ast.Assign) and "URL" in _names_of(node) and isinstance(node.value, ast.Constant):
            return node.value.value if isinstance(node.value.value, str) else None
    return None


def load_session(path: str, name: str = SESSION, search: Sequence[str] = ()) -> Session:
    """Run the file and return its function of that name.

    What lies beside it can be imported, behind what is installed; behind that what is in the folders of `search`.

    Raises:
        PlanError: it can't be run, or has no coroutine function of that name.
    """
    module = _run(Path(path), search)
    session = getattr(module, name, None)
    if session is None:
        raise PlanError(f"{path} has no function {name!r}: {_HOW.format(name=name)}")
    is_coroutine = inspect.iscoroutinefunction(session) or inspect.iscoroutinefunction(
        getattr(session, "__call__", None)  # noqa: B004 - of an object that may be called, not whether it may
    )
    if not is_coroutine:
        raise PlanError(f"{path}: {name} is not async: {_HOW.format(name=name)}")
    found: Session = session
    return found


def _parsed(path: str) -> ast.Module:
    if not path.endswith(".py"):
        raise PlanError(f"{path!r} is not a Python file: name a script that ends in .py")
    try:
        return ast.parse(bounded.read(path, bounded.MESSAGE, path, "name a script"), path)
    except SyntaxError as error:
        raise PlanError(f"{_place(path, error.lineno or 1)}: {error.msg}") from None
    except (
        ValueError,
        RecursionError,
        MemoryError,
    ) as error:  # a null byte, or more brackets than a parser bears
        raise PlanError(f"{path} is not Python: {error or 'it is nested too deeply'}") from None
    except OSError as error:
        raise PlanError(f"{path!r} can't be read: {error.strerror or error}; name a Python file") from None


def _names_of(node: ast.stmt) -> set[str]:
    """Return what a statement at the top level may give a name to; of one that is not simple, whatever is in it."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(one.asname or one.name).split(".")[0] for one in node.names} | {
            SESSION for one in node.names if one.name == "*"
        }
    inner = ast.walk(node)
    return {
        *(one.id for one in inner if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)),
        *(name for one in ast.iter_child_nodes(node) if isinstance(one, ast.stmt) for name in _names_of(one)),
    }


def _check_arguments(path: str, function: ast.AsyncFunctionDef) -> None:
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    needed = len(positional) - len(given.defaults)
    if (not positional and given.vararg is None) or needed > 1 or None in given.kw_defaults:
        raise PlanError(
            f"{_place(path, function.lineno)}: {function.name} is called with one argument:"
            f" {_HOW.format(name=function.name)}"
        )


def _run(path: Path, search: Sequence[str]) -> ModuleType:
    found = importlib.util.spec_from_file_location(_MODULE, path)
    if found is None or found.loader is None:
        raise PlanError(f"{str(path)!r} is not a Python file: name a script that ends in .py")
    folders = (str(path.resolve().parent), *map(os.path.realpath, filter(None, search)))
    sys.path += [folder for folder in dict.fromkeys(folders) if folder not in sys.path]
    module = importlib.util.module_from_spec(found)
    sys.modules[_MODULE] = module  # where dataclasses and pickle look for it
    try:
        found.loader.exec_module(module)
    except BaseException as error:  # whatever it raises, `sys.exit` too, it can't be run
        raise PlanError(f"{_where(error, path)}: {type(error).__name__}: {_first_line(error)}") from None
    return module


def _where(error: BaseException, path: Path) -> str:
    """Return the line of the script that raised."""
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
    ]
    line = lines[-1] if lines else getattr(error, "lineno", None)
    return _place(str(path), line or 1)


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "")


def _place(path: str, line: int) -> str:
    return f"{path}:{line}"
