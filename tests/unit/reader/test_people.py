"""Digests of people: what they are must not change, and they must find all and only the repeats."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.model import Rejection
from pipeline.reader.options import ReaderOptions
from pipeline.reader.reading import read
from pipeline.reader.rows import people as people_module
from pipeline.reader.rows.digests import PeopleScheme, unpacked
from pipeline.reader.rows.people import EarlierPeople
from pipeline.reader.rows.screening import LOWEST, Checks, ValuesOf, Verdict

KEY = "0123456789abcdef"
SCHEME = PeopleScheme(KEY, '{"template": "700000001"}')
FIRST: Verdict = (Rejection.ALREADY_SENT, "run aaaaaaaa, 2026-11-26 20:30")
SECOND: Verdict = (Rejection.ALREADY_SENT, "run bbbbbbbb, 2026-11-27 20:30")

GOLDEN = (
    16_259_047_092_074_428_056,
    8_577_597_604_353_892_830,
    9_179_651_339_690_017_917,
    13_545_877_184_174_156_633,
)
NAME = "1.4810559149ab83fd.2"

numbers = st.integers(LOWEST, LOWEST + 40)


def test_what_a_digest_is_does_not_change() -> None:
    phones, values = ["13900000000", "13900000001"], [["张三", "李四"], ["10", ""]]
    assert SCHEME.numbers(phones).tolist() == [GOLDEN[0], GOLDEN[1]]
    assert SCHEME.messages(phones, values).tolist() == [GOLDEN[2], GOLDEN[3]]
    assert SCHEME.name == NAME


def test_what_is_recorded_is_read_again() -> None:
    phones, values = ["13900000000", "13900000001"], [["张三", "李四"]]
    found = SCHEME.recorded(SCHEME.both(phones, values))
    assert found.scheme == SCHEME.name
    assert unpacked(found.numbers).tolist() == SCHEME.numbers(phones).tolist()
    messages = SCHEME.messages(phones, values)
    assert unpacked(found.messages).tolist() == messages.tolist()
    assert found.numbers[:8] == int(unpacked(found.numbers)[0]).to_bytes(8, "little")


@pytest.mark.parametrize(
    "other",
    [
        PeopleScheme("fedcba9876543210", SCHEME.message),
        PeopleScheme(KEY, '{"template": "700000002"}'),
    ],
)
def test_another_key_or_message_is_another_digest(other: PeopleScheme) -> None:
    phones, values = ["13900000000"], [["张三"]]
    assert SCHEME.messages(phones, values) != other.messages(phones, values)
    assert (SCHEME.numbers(phones) == other.numbers(phones)).all() == (other.key == KEY)
    assert (SCHEME.name == other.name) == (other.key == KEY)


@pytest.mark.parametrize(("table_max", "known"), [(4, False), (30, True), (1 << 20, False)])
@given(
    st.lists(numbers, max_size=60),
    st.lists(st.lists(numbers, max_size=20), max_size=4),
    st.lists(st.lists(numbers, max_size=20), max_size=4),
)
def test_all_and_only_the_people_of_earlier_runs_are_found(
    table_max: int,
    known: bool,  # noqa: FBT001 -- a parameter of the test
    wanted: list[int],
    by_number: list[list[int]],
    by_message: list[list[int]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people_module, "_TABLE_MAX", table_max)  # in a file, in both, in memory
        patch.setattr(people_module, "_AT_ONCE", 3)
        people = EarlierPeople(SCHEME)
        for run in by_number:
            people.add_numbers(SCHEME.numbers(texts(run)), FIRST)
        for run in by_message:
            people.add_messages(SCHEME.messages(texts(run), [names(run)]), SECOND)
        made = SCHEME.both(texts(wanted), [names(wanted)]) if known else None
        values = ValuesOf([names(wanted)], made)
        block = np.array(wanted, dtype=np.int64) - LOWEST
        found = dict(people.judge(block, values))
    numbered = {number for run in by_number for number in run}
    messaged = {number for run in by_message for number in run}
    assert found == {
        at: FIRST if number in numbered else SECOND
        for at, number in enumerate(wanted)
        if number in numbered | messaged
    }


def test_other_values_are_another_message() -> None:
    people = EarlierPeople(SCHEME)
    people.add_messages(SCHEME.messages(["13900000000"], [["张三"]]), FIRST)
    block = np.array([13_900_000_000, 13_900_000_000], dtype=np.int64) - LOWEST
    assert dict(people.judge(block, ValuesOf([["张三", "張三"]]))) == {0: FIRST}


def test_people_of_many_runs_lie_in_one_file_and_not_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(people_module, "_TABLE_MAX", 1)
    people, before = EarlierPeople(SCHEME), open_files()
    runs = [[LOWEST + 2 * run, LOWEST + 2 * run + 1] for run in range(100)]
    for at, run in enumerate(runs):
        people.add_numbers(SCHEME.numbers(texts(run)), (Rejection.ALREADY_SENT, f"run {at}"))
    everybody = np.arange(200, dtype=np.int64)
    found = {at: label for at, (_, label) in people.judge(everybody, ValuesOf())}
    assert found == {at: f"run {at // 2}" for at in range(200)}
    assert open_files() - before <= 2


def test_a_list_is_read_with_the_digests_of_those_it_is_sent_to(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    phones = [str(LOWEST + 7 * at) for at in range(40)]
    rows = [(phone, f"会员{at}") for at, phone in enumerate(phones)]
    rows[3], rows[12] = ("12345", "x"), rows[2]  # an invalid number, and one that stands twice
    path.write_text("\n".join(map(",".join, [("phone", "name"), *rows])), encoding="utf-8")
    people = EarlierPeople(SCHEME)
    people.add_messages(SCHEME.messages([phones[5]], [["会员5"]]), FIRST)
    screen = Checks([people])
    options = ReaderOptions(path, "phone", ("name",), block_rows=9, screen=screen, people=SCHEME)
    sent: list[str] = []
    for block in read(options):
        some = block.recipients
        assert block.people == SCHEME.recorded(SCHEME.both(some.phones, some.values))
        sent += some.phones
    assert sent == [phone for at, phone in enumerate(phones) if at not in {3, 5, 12}]
    assert all(block.people is None for block in read(ReaderOptions(path, "phone", ("name",))))


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def texts(run: Sequence[int]) -> list[str]:
    return [str(number) for number in run]


def names(run: Sequence[int]) -> list[str]:
    return [f"会员{number % 7}" for number in run]
