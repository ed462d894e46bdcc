"""What a look at a campaign and its account brought up, before anything is sent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.catalog import Review
from pipeline.core.errors import Exit
from pipeline.language import COLON, SEMICOLON, Text, Words, filled, joined

AWAIT = Words("wait for its approval, or name another")
"""How to mend what KooMessage has not approved."""


class Severity(StrEnum):
    """How much a finding matters: blocking means that nothing would be taken."""

    FINE = "fine"
    WARNING = "warning"
    BLOCKING = "blocking"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    key is the campaign's key that it is about, mend how to put it right; empty where it is fine.
    exit_code is what a command ends with that is blocked by it.
    """

    severity: Severity
    key: str
    what: str
    mend: str = ""
    exit_code: Exit = Exit.OK

    @property
    def sentence(self) -> Text:
        """Return what, where and how to mend it, in one sentence."""
        what = joined(self.key, COLON, self.what)
        return joined(what, self.mend, by=SEMICOLON) if self.mend else what

    def as_json(self) -> dict[str, object]:
        """Return plain values for programs."""
        return {
            "severity": str(self.severity),
            "key": self.key,
            "what": self.what,
            "mend": self.mend,
        }


def fine(key: str, what: str) -> Finding:
    """Find that something is as it should be."""
    return Finding(Severity.FINE, key, what)


def warning(key: str, what: str, mend: str) -> Finding:
    """Find what does not keep messages from being sent, but should be known before."""
    return Finding(Severity.WARNING, key, what, mend)


def blocking(
    key: str, what: str, mend: str, exit_code: Exit = Exit.PROVIDER_UNAVAILABLE
) -> Finding:
    """Find what would make KooMessage refuse the campaign's messages."""
    return Finding(Severity.BLOCKING, key, what, mend, exit_code)


def reviewed(where: str, called: str, review: Review, note: str, mend: str) -> Iterator[Finding]:
    """Find what keeps something from having passed KooMessage's review; note is its comment."""
    if review is Review.UNKNOWN:
        yield warning(
            where,
            filled("{called} is {state}", called=called, state=Words(review)),
            Words("look at it in the console"),
        )
    elif review is not Review.PASSED:
        yield blocking(
            where,
            joined(filled("{called} is {state}", called=called, state=Words(review)), said(note)),
            mend,
        )


def no_such_template(where: str, called: str) -> Finding:
    """Find that the account has no template of that number."""
    return blocking(
        where,
        filled("this account has no {called}", called=called),
        Words("name one that the console lists, or use the keys of the account that has it"),
    )


def said(note: str) -> str:
    """Quote KooMessage's comment, where it made one."""
    return filled(" (KooMessage says: {note})", note=note) if note else ""


def blockers(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the blocking ones, what the provider must mend before what the campaign must."""
    found = [finding for finding in findings if finding.severity is Severity.BLOCKING]
    return tuple(sorted(found, key=lambda finding: finding.exit_code is Exit.CAMPAIGN_INVALID))
