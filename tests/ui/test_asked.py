"""A form as a command line."""

import pytest

from wswarm.errors import PlanError
from wswarm.ui.asked import asked, shown, words_of


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"command": "echo", "url": " ws://x "}, ["echo", "ws://x"]),
        (
            {"command": "echo", "url": "ws://x", "rate": "5/s", "arguments": "--slo 'p99<50ms' -c 3"},
            ["echo", "ws://x", "--rate", "5/s", "--slo", "p99<50ms", "-c", "3"],
        ),
        ({"command": "script", "url": "ws://x", "arguments": "a.py"}, ["script", "a.py", "ws://x"]),
        ({"command": "run", "connections": "", "duration": "1s"}, ["run", "--duration", "1s"]),
    ],
)
def test_a_form_is_the_command_that_one_would_type(form: dict[str, str], words: list[str]) -> None:
    assert words_of(asked(form)) == words


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ({"command": "ehco"}, "did you mean echo"),
        ({"command": "serve"}, "can't be started here"),
        ({"command": "echo", "arguments": "--text 'x"}, "No closing quotation"),
        ({"command": "echo", "arguments": "-o /etc"}, "leave it out"),
        ({"command": "echo", "arguments": "-o/etc"}, "leave it out"),
        ({"command": "echo", "arguments": "--output=/etc"}, "leave it out"),
        ({"command": "echo", "url": "ws://\0"}, "zero bytes"),
    ],
)
def test_what_is_no_command_here_says_why(form: dict[str, str], word: str) -> None:
    with pytest.raises(PlanError, match=word):
        words_of(asked(form))


def test_a_command_is_shown_without_its_secrets() -> None:
    words = ["echo", "ws://u:hunter2@x/?token=hunter2", "-H", "Authorization: Bearer hunter2"]
    words += ["--header=X-Api-Key: hunter2", "--cookie", "sid=hunter2", "--json", '{"password": "hunter2"}']
    assert "hunter2" not in shown(words)
    assert shown(words).startswith("wswarm echo 'ws://u:…@x/?token=…' -H")
