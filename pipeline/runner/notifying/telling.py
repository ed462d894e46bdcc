"""Let notices leave: each is kept before, each address gets it at most once, all within a bound."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.core.times import DAY_S, HOUR_S, Backoff
from pipeline.notify.addresses import digest_of, numbered
from pipeline.notify.leaving import let_leave
from pipeline.notify.letter import LIMIT_S, Letter
from pipeline.ports import (
    Clock,
    KeptNotice,
    Notice,
    NoticeBook,
    NoticeKind,
    NoticeStep,
    NoticeTry,
)
from pipeline.runner.notifying.recipients import Recipients, recipients_of
from pipeline.settings.keys import Notify

TELLING_S_MAX = 3 * LIMIT_S
"""What all notices of one command may take; what is left then leaves with a later command."""

_PAUSES = Backoff(first_s=60.0, factor=3.0, max_s=4 * HOUR_S)
TRIED_FOR_S = DAY_S

_SAYS = {
    NoticeStep.NOT_LEFT: "did not leave and is tried again later",
    NoticeStep.MAY_HAVE_LEFT: "may have left and is not tried again",
}


def is_due(tries: Sequence[NoticeTry], now: float) -> bool:
    """Tell whether a notice may leave to an address now.

    What was intended and never concluded may have left: who let it leave was killed.
    """
    if not tries:
        return True
    last = tries[-1]
    if last.step is not NoticeStep.NOT_LEFT:
        return False
    failures = sum(one.step is NoticeStep.NOT_LEFT for one in tries)
    return abs(now - last.at) >= _PAUSES.wait_s(failures)


@dataclass(slots=True)
class Teller:
    """Tells a campaign's people. said are sentences for the log, in which no address is shown."""

    book: NoticeBook
    campaign: str
    notify: Notify
    clock: Clock
    said: list[str] = field(default_factory=list)
    _recipients: Recipients = field(init=False)

    def __post_init__(self) -> None:
        """Read who is told."""
        self._recipients = recipients_of(self.notify, os.environ)
        self.said += self._recipients.troubles

    def tell(self, notices: Sequence[Notice]) -> None:
        """Keep what the campaign wants told, and let all leave that is due.

        Raises LedgerUnwritable: what cannot be kept does not leave.
        """
        if not self._recipients.addresses:
            return
        digests = [digest_of(address) for address in self._recipients.addresses]
        for notice in notices:
            if notice.kind in self.notify.events:
                self.book.add(notice, digests)
        self.leave()

    def leave(self) -> None:
        """Let leave what is due, of now and of the last day."""
        until = self.clock.monotonic() + TELLING_S_MAX
        known = self.book.kept(self.campaign, self.clock.now() - TRIED_FOR_S)
        for kept in (one for one in known if one.notice.kind is not NoticeKind.REPORT):
            if self.clock.monotonic() >= until:
                return
            self._leave(kept)

    def _leave(self, kept: KeptNotice) -> None:
        self.said += leave_once(self.book, kept, self._recipients.addresses, self.clock)


def leave_once(
    book: NoticeBook,
    kept: KeptNotice,
    addresses: Sequence[str],
    clock: Clock,
    files: tuple[str, ...] = (),
) -> list[str]:
    """Let a notice leave to those addresses that it is for and due at; say what did not go well.

    Raises LedgerUnwritable before anything left that could not be kept.
    """
    now, notice = clock.now(), kept.notice
    going = [
        (digest, name, Letter(address, notice.subject, notice.text, files))
        for address, name in zip(addresses, numbered(addresses), strict=True)
        if (digest := digest_of(address)) in kept.tries
        and is_due(kept.tries[digest], now)
        and book.intend(kept.no, digest, now)
    ]
    gone = let_leave([letter for _, _, letter in going])
    said = []
    for (digest, name, _), known in zip(going, gone, strict=True):
        book.conclude(kept.no, digest, NoticeTry(clock.now(), known.step, known.why))
        if known.step is not NoticeStep.LEFT:
            says = f"{_SAYS[known.step]}: {known.why}"
            said.append(f"the notice of {notice.kind} to {name} {says}")
    return said
