"""Whatever a spreadsheet, a campaign or the provider wrote comes out harmless in every file."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.model import Channel
from pipeline.report.write import ReportFiles, write_report
from tests.support.harmless import VARIANTS, csv_formulas, page_dangers, workbook_formulas
from tests.support.report import RUN, ledger_of


def dangers(files: ReportFiles) -> list[str]:
    found = [*csv_formulas(files.outcomes), *csv_formulas(files.rejected)]
    found += csv_formulas(files.links) if files.links else []
    return [*found, *workbook_formulas(files.workbook), *page_dangers(files.page)]


@pytest.mark.parametrize("channel", [Channel.AIM, Channel.LINKS_ONLY])
def test_every_known_trick_comes_out_harmless_in_every_file(
    tmp_path: Path, channel: Channel
) -> None:
    assert len(VARIANTS) > 200
    assert dangers(write_report(ledger_of(list(VARIANTS), channel), RUN, tmp_path)) == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.builds("{}{}".format, st.sampled_from(VARIANTS), st.text(max_size=12))
        | st.text(min_size=1, max_size=12),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_written_there_it_comes_out_harmless(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert dangers(write_report(ledger_of(texts), RUN, Path(folder))) == []


def test_the_judge_sees_what_it_is_for(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text('\ufeffa,=1+1,"\u3000＝b",+8613800138000,-1,"\n=c"\n', encoding="utf-8")
    assert csv_formulas(file) == ["=1+1", "\u3000＝b", "-1", "\n=c"]
    page = tmp_path / "x.html"
    page.write_text('<p onclick="x">a<img src=y></p>', encoding="utf-8")
    assert page_dangers(page) == ["onclick", "img", "src"]
