"""Tests of the Locust front end.

Importing Locust patches the standard library for gevent, which this process keeps for other tests as it is. The
processes that tests start are patched.
"""

import os
from unittest import mock

with mock.patch.dict(os.environ, LOCUST_SKIP_MONKEY_PATCH="1"):
    import locust  # noqa: F401 - imported for what the next import of it then does not do
