import re
from html import unescape as html_text
from html.parser import HTMLParser

import msgspec
import pytest

from tests.report import edges, runs
from wswarm.report import store
from wswarm.report.captions import caption
from wswarm.report.charts import library
from wswarm.report.html import policy, render
from wswarm.results.run import Environment

SVG, PNG = b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n"
FANOUT = runs.fanout(subscribers=5, rate=20, duration=1)


class Page(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.text += text


def test_a_page_with_charts_is_well_formed_and_asks_for_nothing_from_outside():
    text = render([runs.connect(connections=20), FANOUT], [{"connections": SVG}, {"fanout": PNG}])
    page = Page(text)
    assert page.open == []
    assert all(value.startswith("#") for _, name, value in page.attributes if name in ("src", "href"))
    assert "canvas" in page.tags
    assert "img" not in page.tags
    assert len(text) < 2_000_000


def test_without_the_library_the_page_has_its_pictures_and_says_what_to_install(no_library):
    text = render([FANOUT], [{"fanout": PNG}])
    assert "data:image/png" in text
    assert "<canvas" not in text
    assert text.count("pip install &#39;wswarm[ui]&#39;") == 1


@pytest.mark.parametrize(("svg", "kind"), [(False, "png"), (True, "svg+xml")])
def test_without_the_library_all_pictures_that_are_drawn_are_in_the_page(no_library, svg, kind, tmp_path):
    store.keep(runs.echo(connections=3, rate=10, duration=1), tmp_path / "one")
    store.redraw(tmp_path / "one", plots=True, svg=svg)
    page = (tmp_path / "one" / "report.html").read_text()
    assert (page.count(f"data:image/{kind};base64,"), page.count("<img"), page.count("<canvas")) == (3, 3, 0)


def test_scripts_are_known_to_the_page_s_policy_by_their_content():
    text = render([FANOUT])
    found = re.search(r"script-src ([^;]*);", html_text(policy()))
    own = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert [library.digest(one) for one in own] == found[1].split()[:1]
    assert "unsafe" not in policy()
    assert policy() in html_text(text)


def test_the_page_is_well_formed_and_asks_for_nothing_from_outside(no_library):
    page = Page(render([runs.connect(connections=20), FANOUT], [{"connections": SVG}, {"fanout": PNG}]))
    assert page.open == []
    sources = [value for _, name, value in page.attributes if name in ("src", "href")]
    assert sources
    assert all(value.startswith(("#", "data:image/")) for value in sources)
    kinds = [value.partition(";")[0] for value in sources if not value.startswith("#")]
    assert sorted(kinds) == ["data:image/png", "data:image/svg+xml"]
    assert "url(" not in page.text
    assert "@import" not in page.text


def test_what_a_server_or_user_wrote_stays_text():
    page = Page(render([edges.run("hostile")]))
    assert page.tags.count("script") == Page(render([runs.echo()])).tags.count("script")
    assert "b" not in page.tags
    assert "img" not in page.tags
    assert "<img src=x onerror=alert(1)>" in page.text
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert "\x1b" not in page.text


def test_secrets_of_the_plan_are_not_passed_on_with_the_page():
    run = runs.echo(connections=2, rate=5, duration=1)
    plan = {
        **run.plan,
        "headers": ("Authorization: Bearer s3cret", "X-Env: test"),
        "cookies": ("sid=s3cret",),
    }
    text = render([msgspec.structs.replace(run, plan={**plan, "url": "ws://me:s3cret@host/"})])
    assert "s3cret" not in text
    assert "X-Env: test" in text
    assert "Authorization:…" in text


def test_a_suite_has_a_way_to_each_of_its_runs_and_the_fan_out_comes_before_idle_connections():
    text = render([runs.connect(connections=20), runs.echo(connections=2, rate=5, duration=1), FANOUT])
    anchors = re.findall(r'href="#(run-[0-9])"', text)
    assert anchors == re.findall(r'<section class="run" id="([^"]+)"', text)
    assert re.findall(r'aria-label="(\w+)">\n<h2>', text) == ["fanout", "echo", "connect"]


def test_the_index_of_a_run_leads_to_all_its_charts():
    text = render([FANOUT])
    ways = set(re.findall(r'href="#([^"]+)"', text))
    assert ways <= set(re.findall(r'id="([^"]+)"', text))
    assert set(re.findall(r'<figure class="chart [^"]*" id="([^"]+)"', text)) <= ways


def test_reasons_are_told_once_and_missed_objectives_before_the_word_of_the_verdict():
    run = runs.echo(
        connections=2,
        rate=5,
        duration=1,
        validity=runs.verdict("suspect", "use more --processes"),
        slo=runs.objectives(("p99<1us", 0.001, False)),
    )
    text = render([run])
    assert text.count("use more --processes") == 1
    assert text.index("✗ p99&lt;1us: 1.00 ms, missed") < text.index("SUSPECT") < text.index("use more")
    assert '<tr class="missed"><th scope="row">✗ p99&lt;1us</th><td>1.00 ms</td>' in text


def test_a_reason_of_several_runs_is_told_once_with_their_names():
    doubt = runs.verdict("suspect", "the machine was busy")
    text = render([runs.connect(validity=doubt), runs.echo(validity=doubt)])
    assert text.count("the machine was busy") == 1
    assert "<li>connect, echo: the machine was busy</li>" in text


@pytest.mark.parametrize(
    ("slo", "look", "words"),
    [
        ([("lost==0", 0.0, True)], "met", "✓ 1 objective met"),
        (
            [("lost==0", 3.0, False), ("p99<1s", None, False)],
            "missed",
            "✗ 1 of 2 objectives missed, 1 not measurable",
        ),
        (
            [("lost==0", 0.0, True), ("p99<1s", None, False)],
            "unmeasured",
            "? 1 of 2 objectives not measurable",
        ),
    ],
)
def test_the_page_s_head_tells_the_objectives_before_the_verdict(slo, look, words):
    text = render([runs.connect(), runs.echo(slo=runs.objectives(*slo))])
    head, _, rest = text.partition("</header>")
    badge = f'<span class="badge {look}">{words}</span>'
    assert head.index(badge) < head.index('<span class="badge valid">✓ VALID</span>')
    assert badge in rest


def test_without_objectives_the_page_s_head_tells_the_worst_verdict():
    invalid = runs.verdict("invalid", "nothing measured")
    head = render([runs.connect(), runs.echo(validity=invalid)]).partition("</header>")[0]
    assert '<p><span class="badge invalid">✗ INVALID</span></p>' in head


def test_the_page_tells_the_command_and_the_machine():
    seen = Environment(
        cores=2,
        cpu="x",
        kernel="x",
        python="x",
        packages={},
        host="bench-7",
        memory=8_000_000_000,
        load=1.25,
        limits={"open files": 1024},
    )
    text = html_text(render([runs.echo(environment=seen)]))
    assert "wswarm echo ws://127.0.0.1:8000/ws -c 100 -r 1000/s --pacing exact --seed 7 -d 10s</code>" in text
    for name, value in {
        "host": "bench-7",
        "memory": "8.00 GB",
        "load average": "1.25",
        "limit: open files": "1,024",
    }.items():
        assert f'<th scope="row">{name}</th><td>{value}</td>' in text


def test_a_percentile_without_support_says_so():
    assert '<td class="small-sample">n too small</td>' in render([edges.run("one second")])


@pytest.mark.parametrize("name", edges.NAMES)
def test_every_edge_has_a_page(name):
    assert Page(render([edges.run(name)])).open == []


@pytest.mark.parametrize(
    ("run", "picture", "words"),
    [
        (runs.connect(connections=20), "connections", "20 at the peak of 20 requested"),
        (runs.connect(connections=20), "percentiles", "Handshake: p50"),
        (FANOUT, "percentiles", "Completion: p50"),
        (FANOUT, "fanout", "20 broadcasts, 0 of them incomplete"),
        (edges.run("nothing arrived"), "over-time", "nothing measured. 10,000 messages lost"),
    ],
)
def test_a_picture_is_described_for_those_who_cannot_see_it(run, picture, words):
    assert words in caption(run, picture).alt
    assert caption(run, picture).reading


def test_the_page_shows_how_requests_to_publish_ended():
    shown = render([runs.published()])
    assert "Publishing by HTTP" in shown
    assert "202: 197" in shown
    assert "503 (&#34;come back\\x1b[2J later&#34;): 2, timeout: 1" in shown
    assert "hunter2" not in shown
