"""Profiles that are files: read where options become a plan, as plans themselves read nothing."""

from collections.abc import Mapping
from typing import Any

from wswarm.drive.own_protocol import is_file as is_file
from wswarm.drive.own_protocol import read_protocol as read_protocol


def with_own_profile(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a plan, what the file says that is their profile among them.

    Raises:
        ResultError: it can't be read. PlanError: it holds no profile.
    """
    profile = settings.get("profile")
    if not isinstance(profile, str) or not is_file(profile):
        return dict(settings)
    return {**settings, "own": read_protocol(profile)}
