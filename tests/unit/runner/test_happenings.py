"""What a notice says: whole sentences in both languages, and no number whole in any of them."""

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
from pipeline.core.phones import mask_in
from pipeline.language import Language, Words
from pipeline.ports import NoticeKind
from pipeline.ports.marks import REHEARSAL
from pipeline.runner.notifying.happenings import Scene, of_bug, of_error
from pipeline.runner.notifying.words import SUBJECTS

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
