from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.outcome import Outcome, Standing
from pipeline.core.pricing import Bill
from pipeline.language import Bilingual
from pipeline.report.figures.figures import Figures
from pipeline.report.figures.segments import Handsets
from pipeline.report.figures.tally import Tally
from pipeline.report.html.page import page_html
from pipeline.report.options import CodeHelp, ReportOptions
from tests.support.html_page import read_page
from tests.support.report import every_standing, record, submission

TEXTS = st.text(st.characters(codec=None, categories=None), max_size=60)


def figures(text: str) -> Figures:
    standings = [*every_standing(), Standing(Outcome.REFUSED, text, text)]
    tally = Tally()
    for one in standings:
        tally.counts[one.outcome, one.reason, one.code] += 1
    run = record(len(standings), 15)
    plan = replace(run.plan, campaign=text, campaign_path=text, source_path=text)
    return Figures(
        replace(run, plan=plan), tally, [submission(0, 0, 15)], Bill(plan.message), Handsets()
    )


def tags(text: str) -> list[str]:
    options = ReportOptions(code_help=lambda _: CodeHelp(Bilingual(text, f"{text}。")))
    page = read_page(page_html(figures(text), options))
    assert page.unclosed == []
    return page.tags


PLAIN = tags("plain")


@given(TEXTS)
def test_no_text_changes_what_the_page_is_made_of(text: str) -> None:
    shown = f"x{text}"
    assert tags(shown) == PLAIN
    page_html(figures(shown), ReportOptions()).encode("utf-8")
