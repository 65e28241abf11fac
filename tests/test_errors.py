"""The tree of what is raised on purpose."""

import pytest

from wswarm import errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.PlanError, 2),
        (errors.TargetError, 1),
        (errors.GeneratorError, 1),
        (errors.ResultError, 1),
        (errors.SwarmError, 1),
    ],
)
def test_each_error_has_its_exit_code(error: type[errors.SwarmError], code: int) -> None:
    assert error("why").exit_code == code


def test_every_error_of_the_module_is_a_swarm_error() -> None:
    raised = [thing for thing in vars(errors).values() if isinstance(thing, type)]
    assert all(issubclass(error, errors.SwarmError) for error in raised)


def test_the_docstring_draws_every_error_of_the_tree() -> None:
    drawing = errors.__doc__ or ""
    assert all(name in drawing for name, thing in vars(errors).items() if isinstance(thing, type))
