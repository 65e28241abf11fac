import msgspec

from tests.report import compared, golden, runs
from wswarm.report import markdown

OBJECTIVES = runs.objectives(
    ("p99<50ms", 0.00106, True), ("lost==0", 3.0, False), ("target.cpu_s<1", None, False)
)
INVALID = runs.verdict("invalid", "send lag p99 12 ms: the generator was too slow; use fewer | <connections>")


def test_the_markdown_of_a_regression_reads_as_kept():
    golden.check("comparison-regression.md", markdown.comparison(compared.REGRESSION, compared.CONTEXT))


def test_the_markdown_of_stored_runs_reads_as_kept():
    golden.check("comparison-advisory.md", markdown.comparison(compared.REGRESSION, compared.advisory()))


def test_the_markdown_of_no_regression_and_of_no_decision_say_so_first():
    assert markdown.comparison(compared.FINE, compared.CONTEXT).startswith(
        "### ✅ wswarm ab: no regression\n"
    )
    assert markdown.comparison(compared.UNCLEAR, compared.CONTEXT).startswith(
        "### ❔ wswarm ab: inconclusive\n"
    )
    assert markdown.comparison(compared.NOTHING, compared.CONTEXT).startswith("### ❌ wswarm ab: invalid\n")


def test_a_figure_that_does_not_decide_never_looks_like_a_failure():
    slices = [
        msgspec.structs.replace(one, values=one.values | {compared.P99.name: None}) for one in compared.SLOWER
    ]
    text = markdown.comparison(compared.judged(slices), compared.CONTEXT)
    assert "| ❔ invalid (θ 10 %, advisory) |" in text
    assert text.count("❌") == 4  # the title, CPU, capacity, lost messages


def test_the_markdown_of_a_script_has_its_steps():
    golden.check("script.md", markdown.runs([runs.script()]))


def test_the_markdown_of_runs_reads_as_kept():
    suite = [runs.connect(), runs.echo(lost=3, slo=OBJECTIVES), runs.fanout(validity=INVALID)]
    golden.check("runs.md", markdown.runs(suite))


def test_the_markdown_of_a_run_in_rooms_has_the_worst_of_them():
    text = markdown.runs([runs.in_rooms()])
    assert "| fanout | owed | received | lost | extra | p50 | p99 |\n" in text
    assert "| room 7 | 200 | 190 | 10 | 20 |" in text
    assert "the worst 2 of 100 rooms: most lost first" in text


def test_the_markdown_of_a_run_in_stages_has_a_row_for_each():
    text = markdown.runs([runs.staged()])
    assert "| echo stage | offered | sent | received | p50 | p99 | back after |\n" in text
    assert "| 5–6 s: 500→3,500/s | 2,000 | 2,000 | 1,997 | 210 ms | 620 ms | 2 s |" in text


def test_the_headline_of_runs_tells_the_worst():
    def line(*measured):
        return markdown.runs(measured).partition("\n")[0]

    met = runs.objectives(("lost==0", 0.0, True))
    assert line(runs.echo(slo=met)) == "### ✅ wswarm: measured, every objective met"
    assert line(runs.connect()) == "### ✅ wswarm: measured"
    assert line(runs.echo(slo=OBJECTIVES)) == ("### ❌ wswarm: 1 of 3 objectives missed, 1 not measurable")
    assert line(runs.echo(slo=OBJECTIVES, validity=INVALID)) == "### ❌ wswarm: invalid measurement"
    assert line(runs.echo(validity=runs.verdict("suspect", "x"))) == "### ❔ wswarm: suspect measurement"


def test_nothing_that_a_branch_is_called_becomes_a_table_a_link_a_mention_or_html():
    side = msgspec.structs.replace(compared.CONTEXT.head, name="a`b|c<b>\n@all", commit=None)
    text = markdown.comparison(
        compared.FINE,
        msgspec.structs.replace(compared.CONTEXT, head=side, notes=("<img src=x> @all [a](b) | ```",)),
    )
    assert "head `a'b\\|c<b>\\n@all`" in text
    assert "- \\<img src=x\\> @\u200ball \\[a\\](b) \\| \\`\\`\\`" in text
