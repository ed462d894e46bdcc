"""A column of the list itself says who wants nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Rejection
from pipeline.core.screening import folded, tells_of_opt_outs
from tests.support.spreadsheets import options_for, seen, text_file, xlsx_file

LEFT_OUT = {"是否退订": frozenset(map(folded, ("是", "Y", "1")))}
HEADER = ("手机号", "姓名", "是否退订")
CELLS = ("是", " 是\u3000", "Ｙ", "y", "１", "否", "", "是的")


def phone_of(row: int) -> str:
    return f"1380013800{row}"


def rows() -> list[tuple[str, ...]]:
    return [(phone_of(at), "a", cell) for at, cell in enumerate(CELLS)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_row_whose_column_says_so_is_left_out_whatever_its_width_and_space(
    tmp_path: Path, kind: str
) -> None:
    if kind == "csv":
        path = text_file(tmp_path, "\n".join(map(",".join, [HEADER, *rows()])))
    else:
        path = xlsx_file(tmp_path, {"名单": [HEADER, *rows()]})
    found = seen(replace(options_for(path), skip_where=LEFT_OUT))
    assert [row[0] for row in found.sent] == [5, 6, 7]
    assert [(row.row, row.reason, row.column, row.phone) for row in found.rejected] == [
        (at, Rejection.SAID_IN_COLUMN, "是否退订", phone_of(at)) for at in range(5)
    ]


def test_a_row_that_is_left_out_makes_no_later_one_a_duplicate_and_hides_no_mistake(
    tmp_path: Path,
) -> None:
    text = f"{','.join(HEADER)}\n{phone_of(1)},a,是\n{phone_of(1)},a,\n12,a,是\n"
    found = seen(replace(options_for(text_file(tmp_path, text)), skip_where=LEFT_OUT))
    assert [row[0] for row in found.sent] == [1]
    assert [row.reason for row in found.rejected] == [
        Rejection.SAID_IN_COLUMN,
        Rejection.PHONE_TOO_SHORT,
    ]


def test_a_column_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"手机号,姓名,是否退定\n{phone_of(1)},a,是\n")
    with pytest.raises(CampaignInvalid, match=r"no column 是否退订 in .* did you mean 是否退定"):
        seen(replace(options_for(path), skip_where=LEFT_OUT))


def test_a_column_may_be_named_by_its_place(tmp_path: Path) -> None:
    path = text_file(tmp_path, f"{phone_of(1)},a,是\n{phone_of(2)},a,否\n")
    places = replace(options_for(path), phone="#1", fields=("#2",))
    found = seen(replace(places, skip_where={"#3": frozenset({"是"})}))
    assert [row[0] for row in found.sent] == [1]
    assert [row.column for row in found.rejected] == ["#3"]


@pytest.mark.parametrize(
    ("header", "tells"),
    [("是否 退订", True), ("黑名单", True), ("免打扰标志", True), ("Unsubscribed?", True),
     ("do_not_contact", True), ("Opt-Out", True), ("ＯＰＴ ＯＵＴ", True), ("订单", False),
     ("contact", False), ("option", False), ("姓名", False)],
)  # fmt: skip
def test_headers_that_tell_of_opt_outs_are_known(header: str, tells: bool) -> None:  # noqa: FBT001 -- a table
    assert tells_of_opt_outs(header) is tells
