"""What a probe of an account finds: what was assumed, what was measured, and what follows."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.language import Words, filled, marked


class Topic(StrEnum):
    """What is measured."""

    CLOCK = marked("clock")
    RIGHT = marked("right to read")
    OFFSET = marked("paging: offset")
    TOTAL = marked("paging: total")
    WINDOW = marked("paging: window")
    LIMIT = marked("paging: limit")
    NAMES = marked("names")
    FILTER = marked("name filter")
    SPAN = marked("span")
    KNOWN = marked("span: known names")
    REPORTS = marked("span: daily reports")


class Verdict(StrEnum):
    """How a measurement stands to what was assumed.

    UNNEEDED is a right that is missing and that the campaign does not need.
    """

    OK = marked("ok")
    DIFFERS = marked("differs")
    UNMEASURED = marked("not measured")
    UNNEEDED = marked("not needed")


@dataclass(frozen=True, slots=True)
class Found:
    """What one measurement came to, in words that hold no number and no name."""

    verdict: Verdict
    measured: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """One line of a probe.

    of is the question it is about. assumed is what the guarantees rest on
    (docs/explanation/guarantees.md); otherwise, what koosend does where it is not so.
    """

    topic: Topic
    of: str
    assumed: str
    found: Found
    otherwise: str

    def as_json(self) -> dict[str, str]:
        """Return plain values for programs."""
        return {
            "topic": str(self.topic),
            "of": self.of,
            "assumed": self.assumed,
            "measured": self.found.measured,
            "verdict": str(self.found.verdict),
            "otherwise": self.otherwise,
        }


NO_TASK = Words("the account has no task yet, or none of the last 30 days")
"""Why nothing can be measured of an empty list."""


def as_assumed(measured: str) -> Found:
    """Say that what was measured is what was assumed."""
    return Found(Verdict.OK, measured)


def differs(measured: str) -> Found:
    """Say that something else was measured than was assumed."""
    return Found(Verdict.DIFFERS, measured)


def unmeasured(why: str) -> Found:
    """Say that nothing was measured, and why."""
    return Found(Verdict.UNMEASURED, filled("not measured: {why}", why=why))
