"""A part of the matrix of channels, policies and receipts, which `make channels` tries whole.

Each cell is a campaign from its spreadsheet to its outcomes, which are held against what the
emulator's journal says has really happened to each number.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.campaigns.channels.campaigns import CARD_CHANNELS, PLAIN_CHANNELS, POLICIES
from tests.campaigns.channels.cases import MODES, Cell, Verdict, disagreements, every_cell, judge

ROWS = 300
AT_ONCE = 6
CELLS = (
    Cell("aim", "sms", "on"),
    Cell("aim", "column", "hostile"),
    Cell("aim", "send_anyway", "off"),
    Cell("aim_links", "column", "on"),
    Cell("aim_links", "aim_basic", "on"),
    Cell("aim_links", "skip", "off"),
    Cell("links_only", "skip", "on"),
    Cell("sms", "-", "on"),
    Cell("sms", "-", "off"),
    Cell("sms", "-", "hostile"),
    Cell("aim_basic", "-", "on"),
)

# Cells mostly wait for their links to expire; a busy machine may take its time.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    folders = [tmp_path_factory.mktemp("cell") for _ in CELLS]  # not in several threads at once
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(judge, CELLS, folders, [ROWS] * len(CELLS)))


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_every_rows_outcome_is_what_really_happened_to_it(
    verdicts: list[Verdict], cell: Cell
) -> None:
    verdict = verdicts[CELLS.index(cell)]
    assert verdict.wrong == ()
    assert (verdict.duplicates, verdict.losses) == (0, 0)


def test_where_receipts_name_every_number_nothing_stays_open(verdicts: list[Verdict]) -> None:
    assert [one.open_rows for one in verdicts if one.cell.receipts == "on"] == [0] * 6


def test_receipts_that_come_that_do_not_and_that_lie_lead_to_the_same_outcomes(
    verdicts: list[Verdict],
) -> None:
    assert disagreements(verdicts) == []
    told = [one.told for one in verdicts if one.cell.channel == "sms"]
    assert [len(rows) for rows in told] == [ROWS] * 3


def test_the_part_holds_every_channel_policy_and_mode() -> None:
    assert {cell.channel for cell in CELLS} == {*CARD_CHANNELS, *PLAIN_CHANNELS}
    assert {cell.policy for cell in CELLS} == {*POLICIES, "-"}
    assert {cell.receipts for cell in CELLS} == set(MODES)
    assert set(CELLS) <= set(every_cell())
    assert len(list(every_cell())) == (len(CARD_CHANNELS) * len(POLICIES) + 2) * len(MODES)
