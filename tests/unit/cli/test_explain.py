"""How the life of a row is written."""

import pytest

from pipeline.cli.explain import moment_text


@pytest.mark.parametrize(
    ("theirs", "shown"),
    [
        ("2026-11-22T22:37:21Z", "2026-11-23 06:37:21"),
        ("2026-11-23T06:37:21", "2026-11-23 06:37:21"),
        ("2026-11-23 06:37:21", "2026-11-23 06:37:21"),
        ("2026-11-23T06:37:21+08:00", "2026-11-23 06:37:21"),
        ("", "-                  "),
        ("yesterday", "yesterday"),
    ],
)
def test_moments_of_others_stand_in_the_time_of_china(theirs: str, shown: str) -> None:
    assert moment_text(theirs) == shown
