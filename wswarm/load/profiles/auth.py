"""What a user gives as `auth`: JSON that goes out with the connection's first message, names in braces in it."""

import re
from typing import Any

import msgspec

from wswarm.errors import PlanError
from wswarm.load.fill import with_any_values, with_any_variables

_ONE_NAME = re.compile(r"\$?\{[^{}\":,]+\}")


def check_object(auth: str) -> None:
    """Check that a value of `auth` is a JSON object, or one name that stands for it; its words are told nowhere.

    Raises:
        PlanError: it is neither.
    """
    if not _ONE_NAME.fullmatch(auth) and not isinstance(_decoded(auth), dict):
        raise PlanError('--set auth=… is no JSON object: write it as in --set \'auth={"token":"${TOKEN}"}\'')


def check_json(auth: str) -> None:
    """Check that a value of `auth` is JSON, or one name that stands for it.

    Raises:
        PlanError: it is neither.
    """
    if not _ONE_NAME.fullmatch(auth) and _decoded(auth) is None:
        raise PlanError('--set auth=… is no JSON: write it as in --set \'auth={"token":"${TOKEN}"}\'')


def _decoded(auth: str) -> Any:
    try:
        return msgspec.json.decode(with_any_values(with_any_variables(auth)))
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
