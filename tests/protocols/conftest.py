"""What the tests of protocols share."""

import pytest

pytest.register_assert_rewrite("tests.protocols.measured")
