"""A part of the network matrix: `make faults` runs the whole of it."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.core.errors import Exit
from tests.campaigns.network.cases import NAMES, PARTIAL, Cell, Verdict, judge, pairs, singles
from tests.campaigns.network.untrue import UNTRUE, End
from tests.campaigns.network.ways import EXPIRING, GONE_A_MINUTE, TROUBLES
from tests.support.messages import FALLBACK

# A minute on a machine of its own; a busy one may take its time.
pytestmark = pytest.mark.timeout(1200)

AT_ONCE = 4
SINGLES = [
    "dropped before",
    "dropped after the commit",
    "committed late",
    "committed, then 500",
    "429 with a wait",
    EXPIRING,
    "half an answer",
    "an answer without a task id",
    "a list that lags longer than settling",
    PARTIAL,
]
BEYOND = [
    ("sms", "dropped before"),
    ("sms", "dropped after the commit"),
    ("sms", "a list that lags longer than settling"),
    ("aim_links", "committed late"),
    ("aim_links", "an answer without a task id"),
    ("sms", PARTIAL),
    ("aim_basic", PARTIAL),
    (FALLBACK, "dropped before"),
    (FALLBACK, "committed, then 500"),
]
"""The other channels. SMS stand in no list: doubts are settled by their numbers' details."""

UNBELIEVED = [
    ("aim", "lists that are empty now and then"),
    ("aim", "a total of the page, unfiltered"),
    ("aim", "429, though taken"),
    ("sms", "every second task in no list"),
    ("aim_basic", "a proxy's page, though taken"),
    ("aim", "errors in 200, an envelope and an empty list"),
]
"""Answers that prove nothing, by kind: lists, pages, refusals, tasks that are in no list."""

SAID: Mapping[str, str] = {
    "the server gone for a while": "cannot connect",
    "answers of one byte a second": "no answer within 3 s",
    "answers past the deadline": "no answer within 3 s",
    "a certificate of nobody": "certificate is not trusted",
    "a certificate of another host": "certificate is not trusted",
    "a name that is unknown": "name is not known",
    "a name server that is away": "name is not known",
}
"""What is told of an attempt that met the trouble, so that we know that it was met."""


def judged(cells: Iterable[Cell], folder: Path) -> list[Verdict]:
    """Judge some cases at once: they mostly wait."""

    def in_its_folder(numbered: tuple[int, Cell]) -> Verdict:
        number, cell = numbered
        place = folder / str(number)
        place.mkdir()
        return judge(cell, place)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(in_its_folder, enumerate(cells)))


def test_whatever_happens_on_the_wire_everybody_is_reached_exactly_once(tmp_path: Path) -> None:
    singles = [Cell("aim", (fault,)) for fault in SINGLES]
    verdicts = judged([*singles, *pairs(4, seed=7)], tmp_path)
    assert [verdict for verdict in verdicts if not verdict.passed] == []


def test_on_the_other_channels_everybody_is_reached_exactly_once_too(tmp_path: Path) -> None:
    verdicts = judged([Cell(channel, (fault,)) for channel, fault in BEYOND], tmp_path)
    assert [verdict for verdict in verdicts if not verdict.passed] == []


def test_whatever_untrue_is_answered_nobody_is_sent_to_twice_and_who_waits_is_told_of(
    tmp_path: Path,
) -> None:
    verdicts = judged([Cell(channel, (fault,)) for channel, fault in UNBELIEVED], tmp_path)
    assert [verdict for verdict in verdicts if not verdict.passed] == []
    assert {verdict.unmet for verdict in verdicts} == {frozenset()}, "a rule never fired"
    held = [verdict for verdict in verdicts if verdict.exit == Exit.DECISION_NEEDED]
    assert held, "no case shows that a list that errs releases nothing"


def test_whatever_is_wrong_with_the_way_everybody_is_reached_exactly_once(tmp_path: Path) -> None:
    verdicts = judged([Cell("aim", (trouble,)) for trouble in SAID], tmp_path)
    assert [verdict for verdict in verdicts if not verdict.passed] == []
    for verdict, said in zip(verdicts, SAID.values(), strict=True):
        assert [why for why in verdict.whys if said in why], verdict


def test_the_bounded_matrix_names_faults_that_exist() -> None:
    assert {*SINGLES, *SAID, *(fault for _, fault in BEYOND)} <= set(NAMES)
    assert {fault for _, fault in UNBELIEVED} <= set(UNTRUE)
    assert {cell.end for cell in singles()} == set(End), "each way to end is tried"
    assert {name for cell in pairs(60, seed=1) for name in cell.faults} >= set(TROUBLES) - {
        EXPIRING,
        GONE_A_MINUTE,
    }
