"""What a notice says: whole sentences in both languages, and no number whole in any of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import (
    CredentialsRefused,
    DecisionNeeded,
    KoosendError,
    ProviderUnavailable,
    SourceMissing,
    WorkLeft,
)
from pipeline.core.model import Channel
from pipeline.core.phones import mask_in
from pipeline.language import Language, Words
from pipeline.ports import DaysCompared, Drift, NoticeKind
from pipeline.ports.marks import REHEARSAL
from pipeline.runner.commands.nightly import is_to_be_compared
from pipeline.runner.notifying.happenings import Scene, of_bug, of_days, of_error
from pipeline.runner.notifying.words import SUBJECTS
from tests.support.report import AT, RUN, record

NOW = 1_790_000_000.0
ENGLISH = Scene("members", "/etc/members.toml", Language.EN, NOW)
CHINESE = Scene("会员", "/etc/members.toml", Language.ZH, NOW, REHEARSAL)

numbers = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "+86", "0086 ", "手机"]),
    st.integers(13_000_000_000, 19_999_999_999),
    st.sampled_from(["", ".", " 元", "x"]),
)


def test_each_kind_has_a_subject_in_both_languages() -> None:
    assert set(SUBJECTS) == set(NoticeKind)
    assert [kind for kind, words in SUBJECTS.items() if words.of(Language.ZH).isascii()] == []


@given(st.lists(st.one_of(st.text(), numbers)), numbers)
def test_no_notice_holds_a_whole_number(sentences: list[str], campaign: str) -> None:
    scene = Scene(campaign, f"/lists/{campaign}.toml", Language.EN, NOW)
    notice = scene.notice(NoticeKind.FAILED, "key", sentences, "run00001")
    for text in (notice.subject, notice.text):
        assert mask_in(text) == text


@pytest.mark.parametrize(
    "kind", [CredentialsRefused, DecisionNeeded, ProviderUnavailable, SourceMissing, WorkLeft]
)
def test_an_error_is_told_with_its_code_its_meaning_and_its_sentence(
    kind: type[KoosendError],
) -> None:
    english, chinese = (of_error(scene, kind(Words("it is so"))) for scene in (ENGLISH, CHINESE))
    assert english.subject.startswith(f"members exit {kind.exit_code.value}: ")
    assert chinese.subject.startswith(
        f"[{REHEARSAL.of(Language.ZH)}] 会员 exit {kind.exit_code.value}: "
    )
    for notice in (english, chinese):
        assert "it is so" in notice.text.splitlines()
        assert notice.key.startswith("2026-09-")
    assert chinese.text.splitlines()[0] == REHEARSAL.of(Language.ZH)


def test_a_bug_is_told_by_its_kind_alone() -> None:
    notice = of_bug(ENGLISH, "KeyError")
    assert notice.subject == "members exit 70: failed"
    assert "(KeyError)" in notice.text


def test_days_that_are_counted_otherwise_are_told_once_for_each_count() -> None:
    compared = DaysCompared(NOW, (Drift("2026-11-27", "700000001", 240, 150),))
    (again,), (notice,) = (tuple(of_days(CHINESE, RUN, compared)) for _ in range(2))
    assert (notice.kind, notice.key) == (NoticeKind.DRIFT, again.key)
    assert "240" in notice.text
    assert "150" in notice.text
    (other,) = of_days(
        CHINESE, RUN, replace(compared, days=(replace(compared.days[0], theirs=241),))
    )
    assert other.key != notice.key
    assert not list(of_days(CHINESE, RUN, DaysCompared(NOW, ())))


HOUR_S = 3_600.0
MIDNIGHT = AT + 65 - (AT + 65 + 8 * HOUR_S) % (24 * HOUR_S)
"""Of the day, in China, on which the run of these tests ended."""


@pytest.mark.parametrize(
    ("hours", "asked_after", "times"),
    [
        (30.0, None, 0),
        (39.9, None, 0),
        (40.1, None, 1),
        (90.0, None, 1),
        (90.0, 20.0, 1),
        (90.0, 41.0, 0),
    ],
)
def test_a_run_is_compared_once_koomessage_has_counted_its_day(
    hours: float, asked_after: float | None, times: int
) -> None:
    asked = None if asked_after is None else MIDNIGHT + asked_after * HOUR_S
    assert is_to_be_compared(record(3, 3), asked, MIDNIGHT + hours * HOUR_S) is bool(times)
    assert not is_to_be_compared(record(3, 3, Channel.AIM_BASIC), asked, MIDNIGHT + hours * HOUR_S)
