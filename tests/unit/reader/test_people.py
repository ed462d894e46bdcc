"""Digests of people: what they are must not change, and they must find all and only the repeats."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.model import Recipients, Rejection
from pipeline.reader.rows import people as people_module
from pipeline.reader.rows.people import EarlierPeople, PeopleScheme, unpacked
from pipeline.reader.rows.screening import LOWEST, ValuesOf, Verdict

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
    recipients = Recipients([0, 1], ["13900000000", "13900000001"], (["张三", "李四"], ["a", "b"]))
    found = EarlierPeople(SCHEME).of(recipients, 1)
    assert found.scheme == SCHEME.name
    assert unpacked(found.numbers).tolist() == SCHEME.numbers(recipients.phones).tolist()
    messages = SCHEME.messages(recipients.phones, [["张三", "李四"]])
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


@pytest.mark.parametrize("table_max", [4, 1 << 20])
@given(
    st.lists(numbers, max_size=60),
    st.lists(st.lists(numbers, max_size=20), max_size=4),
    st.lists(st.lists(numbers, max_size=20), max_size=4),
)
def test_all_and_only_the_people_of_earlier_runs_are_found(
    table_max: int,
    wanted: list[int],
    by_number: list[list[int]],
    by_message: list[list[int]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people_module, "_TABLE_MAX", table_max)  # in files, and in memory
        people = EarlierPeople(SCHEME)
        for run in by_number:
            people.add_numbers(SCHEME.numbers(texts(run)), FIRST)
        for run in by_message:
            people.add_messages(SCHEME.messages(texts(run), [names(run)]), SECOND)
        values = ValuesOf([names(wanted)])
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


def texts(run: Sequence[int]) -> list[str]:
    return [str(number) for number in run]


def names(run: Sequence[int]) -> list[str]:
    return [f"会员{number % 7}" for number in run]
