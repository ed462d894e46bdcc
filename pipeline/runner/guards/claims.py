"""Let one file of a ledger go on: a copy of it, or one that was put back, sends nothing unasked.

The ledger and its account's store note the same token, drawn anew whenever a process begins or ends
to work. Whoever was copied before that has an older one. See docs/explanation/adr/0021.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.core.errors import DecisionNeeded, LedgerUnwritable
from pipeline.core.times import time_in_china
from pipeline.language import Text, Words, filled
from pipeline.ports import AccountStore, Claim, Ledger, OwnClaim
from pipeline.settings.account import EMULATOR, kind_of

_TOKEN_BYTES = 16


class Verdict(StrEnum):
    """What a ledger is, held against what the account's store noted of it."""

    GOES_ON = "goes_on"
    BEHIND = "behind"
    AT_WORK = "at_work"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class File:
    """What is seen of a ledger's file now.

    alone: no process works on the ledger, wherever its file lies. is_store_in_place: the store's
    file is the one that it was.
    """

    inode: int
    alone: bool
    is_store_in_place: bool


def judge(own: Sequence[OwnClaim], noted: Claim | None, file: File) -> Verdict:
    """Tell whether the file at hand is the one that goes on.

    BEHIND: it went on elsewhere, or afterwards. AT_WORK: it does so now, in another file. MOVED:
    nothing tells whether this is the file that was moved, or a copy of it.
    """
    if noted is None:
        # The store is new or lost, which the ledger in its place outlives; or it is another one.
        known_here = not own or any(claim.inode == file.inode for claim in own)
        return Verdict.GOES_ON if known_here else Verdict.MOVED
    is_same = noted.inode == file.inode
    if not is_same and not file.alone:
        return Verdict.AT_WORK
    if all(noted.token not in (claim.before, claim.latest) for claim in own):
        was_put_back = is_same and any(
            claim.inode == file.inode and claim.number > noted.number for claim in own
        )
        return Verdict.GOES_ON if was_put_back else Verdict.BEHIND
    if is_same or (file.is_store_in_place and not noted.is_working):
        return Verdict.GOES_ON
    return Verdict.MOVED


@dataclass(frozen=True, slots=True)
class LedgerClaim:
    """The claim of one ledger, in its state folder, to go on by one account."""

    ledger: Ledger
    store: AccountStore
    state: Path

    @property
    def is_needed(self) -> bool:
        """Tell whether a copy could do harm: the embedded emulator's account is its folder's."""
        return kind_of(self.store.account()) != EMULATOR

    def is_current(self) -> bool:
        """Tell whether this file may go on; nothing is changed."""
        if not self.is_needed:
            return True
        with self.store.claiming(self.ledger.identity()) as lock:
            try:
                return self._verdict(alone=lock.alone()) is Verdict.GOES_ON
            finally:
                lock.release()

    @contextmanager
    def held(self, now: float, *, restored: bool) -> Iterator[Verdict]:
        """Go on with this file, and be at work meanwhile.

        restored: a person says that it goes on although it is older, and each unfinished run is
        asked for first. Yields BEHIND or MOVED where it may not go on without that. Raises
        DecisionNeeded where another file of the ledger is at work.
        """
        if not self.is_needed:
            yield Verdict.GOES_ON
            return
        identity = self.ledger.identity()
        with self.store.claiming(identity) as lock:
            try:
                verdict = self._begin(now, alone=lock.alone(), restored=restored)
                lock.share()
            except BaseException:
                lock.release()
                raise
        try:
            yield verdict
        finally:
            # What cannot be noted leaves the claim as a kill would.
            with suppress(LedgerUnwritable), self.store.claiming(identity) as latest:
                lock.release()
                if verdict is Verdict.GOES_ON:
                    self._end(now, alone=latest.alone())
                latest.release()
            lock.release()

    def _begin(self, now: float, *, alone: bool, restored: bool) -> Verdict:
        verdict = self._verdict(alone=alone)
        if verdict is Verdict.AT_WORK:
            raise self._at_work()
        if verdict is not Verdict.GOES_ON:
            if not restored:
                return verdict
            self.ledger.put_back(now)
        self._renew(now, is_working=True)
        return Verdict.GOES_ON

    def _end(self, now: float, *, alone: bool) -> None:
        if self._verdict(alone=alone) is Verdict.GOES_ON:
            self._renew(now, is_working=not alone)

    def _verdict(self, *, alone: bool) -> Verdict:
        file = File(self.ledger.inode(), alone, self.store.is_in_place())
        return judge(self.ledger.claims(), self.store.claim(self.ledger.identity()), file)

    def _renew(self, now: float, *, is_working: bool) -> None:
        """Note a new token, in the ledger first: a kill in between leaves one that it knows."""
        identity, account = self.ledger.identity(), self.store.account()
        noted = self.store.claim(identity)
        own = next((one for one in self.ledger.claims() if one.account == account), None)
        number = 1 + max(noted.number if noted else 0, own.number if own else 0)
        before = noted.token if noted else ""
        token, inode = secrets.token_hex(_TOKEN_BYTES), self.ledger.inode()
        self.ledger.keep_claim(OwnClaim(account, number, before, token, inode))
        claim = Claim(number, token, inode, str(self.state), now, is_working=is_working)
        self.store.keep_claim(identity, claim)

    def _at_work(self) -> DecisionNeeded:
        return DecisionNeeded(
            filled(
                "the ledger in {state} is a copy of the one in {elsewhere}, which is at "
                "work now; nothing was sent from here: use that folder, and delete this "
                "one or keep it as a backup",
                state=self.state,
                elsewhere=self._elsewhere(),
            ),
            "KS7908",
        )

    def why_not(self, verdict: Verdict) -> Text:
        """Say what keeps this file from going on."""
        noted = self.store.claim(self.ledger.identity())
        if verdict is Verdict.MOVED or noted is None:
            return Words(
                "it was copied or moved, and nothing here tells whether the file that it was made "
                "from went on"
            )
        at = time_in_china(noted.at)[:16]
        if Path(noted.folder).resolve() == self.state.resolve():
            return filled("the account's store knows that the ledger went on at {at}", at=at)
        return filled(
            "the account's store knows that the ledger went on in {folder} at {at}; go "
            "on there, with --state, unless that folder is gone for good",
            folder=noted.folder,
            at=at,
        )

    def _elsewhere(self) -> str:
        noted = self.store.claim(self.ledger.identity())
        return noted.folder if noted is not None else Words("another folder")
