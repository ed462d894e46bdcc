"""Hold the codes of errors: each has a remedy, is never renumbered, and tells the exit code."""

from pathlib import Path

import pytest

from pipeline.core.errors import Exit
from pipeline.core.remedies.remedy import exit_of, remedies, remedy_of
from pipeline.language import Language
from tests.support.errors import CLASSES, Raised, raised

LIST = Path(__file__).with_name("error_codes.txt")
"""Every code that was ever given. One is added where an error is; none is taken away."""


def test_no_code_is_lost_or_renumbered() -> None:
    given = dict(line.split(" ", 1) for line in LIST.read_text(encoding="utf-8").splitlines())
    assert {code: one.title.en for code, one in remedies().items()} == given


@pytest.mark.parametrize("one", raised(), ids=lambda one: one.place)
def test_an_error_has_a_code_that_ends_as_it_does(one: Raised) -> None:
    assert remedy_of(one.code) is not None
    assert exit_of(one.code) in {one.kind.exit_code, Exit.INTERRUPTED}


@pytest.mark.parametrize("name", CLASSES)
def test_each_kind_of_error_has_a_code_of_its_own(name: str) -> None:
    kind = CLASSES[name]
    assert exit_of(kind.code) is kind.exit_code
    same = [other for other, one in CLASSES.items() if one.code == kind.code]
    assert same == [name]


@pytest.mark.parametrize("code", remedies())
def test_a_remedy_says_more_than_the_sentence(code: str) -> None:
    remedy = remedies()[code]
    assert len(remedy.cause) > 30
    assert len(remedy.mend) > 20
    assert remedy.title.of(Language.ZH) != remedy.title.en


@pytest.mark.parametrize("code", ["", "KS", "KS0", "KS9999", "KS66", "6601x", "KSabcd"])
def test_what_is_no_code_has_no_remedy(code: str) -> None:
    assert remedy_of(code) is None
