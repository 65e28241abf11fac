"""Keeps tests of one `xdist_group` in one worker."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Append the group to each test's id, where `--dist=loadgroup` looks for it.

    pytest-xdist 3.8 does so itself, but by the attribute `_nodeid`, which pytest 9.2 has replaced by `_id`.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        for mark in item.iter_markers("xdist_group"):
            suffix = f"@{mark.args[0]}"
            if not item.nodeid.endswith(suffix):
                item._id = type(item._id).parse(item.nodeid + suffix)
