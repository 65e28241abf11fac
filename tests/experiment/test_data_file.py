"""Data files as spreadsheets write them, and what their values make of a JSON template."""

from pathlib import Path

import pytest

from wswarm.errors import PlanError, ResultError
from wswarm.experiment.data_file import check_json, read_data
from wswarm.load.plan import make_plan

TABLE = (["token", "name"], [["t1", "Ann"], ["t2", "B, o"], ["", "x"]])


@pytest.mark.parametrize(
    "content",
    [
        b'token,name\nt1,Ann\nt2,"B, o"\n,x\n',
        b'\xef\xbb\xbftoken,name\r\nt1,Ann\r\n\r\nt2,"B, o"\r\n,x',
        b'token, name\rt1,Ann\rt2,"B, o"\r,x\r',
    ],
    ids=["plain", "byte order mark and Windows' lines", "old line ends"],
)
def test_a_table_is_read_however_its_lines_end(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_bytes(content)
    assert read_data(str(path)) == TABLE


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"token;name\na;b\n", "names one column, 'token;name': separate columns with commas, not with semi"),
        (b"token\tname\na\tb\n", "separate columns with commas, not with tabs"),
        (b"token,name\na,b\xfcrgi\n", "is not UTF-8 at byte 15: save it as UTF-8"),
        ("token,name\na,b\n".encode("utf-16"), "is not UTF-8 at byte 1: save it as UTF-8"),
    ],
    ids=["semicolons", "tabs", "Latin-1", "UTF-16"],
)
def test_what_is_no_such_table_is_told_with_the_mend(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_bytes(content)
    with pytest.raises((PlanError, ResultError)) as raised:
        read_data(str(path))
    assert words in str(raised.value)


@pytest.mark.parametrize("value", ['q"uote', "back\\slash", "two\nlines"])
def test_a_value_that_would_break_a_json_template_is_told_with_its_escaped_form(value: str) -> None:
    rows = [["plain"], [value]]
    plain = make_plan("echo", "ws://h/", json='{"m":"{marker}","x":"{name}"}', data="users.csv")
    with pytest.raises(PlanError, match=r"row 2 has .* in 'name'.* write \{name\|json\}") as raised:
        check_json(plain, ["name"], rows)
    assert value not in str(raised.value)
    escaped = make_plan("echo", "ws://h/", json='{"m":{marker:int},"x":"{name|json}"}', data="users.csv")
    check_json(escaped, ["name"], rows)


def test_a_value_that_is_json_itself_may_stand_in_a_json_template() -> None:
    plan = make_plan("echo", "ws://h/", json='{"m":"{marker}","x":{name}}', data="users.csv")
    check_json(plan, ["name"], [['{"a":"b"}'], ['["c"]']])
