"""Import this before anything of Locust's: it then leaves the standard library of the tests' process alone."""

import os

_SKIP = "LOCUST_SKIP_MONKEY_PATCH"

before = os.environ.get(_SKIP)
os.environ[_SKIP] = "1"
import locust  # noqa: E402, F401 - the setting has to be there

if before is None:
    del os.environ[_SKIP]
