"""Show what was pushed to a state folder, and what a person must look at there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.phones import mask
from pipeline.core.replies.signs import SIGNS, Sign
from pipeline.core.times import time_in_china
from pipeline.language import Text, Words, filled
from pipeline.logs import Mask
from pipeline.ports import Clock, KeptReply, Ledger
from pipeline.runner.door.signs import signs_of
from pipeline.runner.notifying.nights import missed_by_now, missed_text
from pipeline.runner.page.state_folders import Folder
from pipeline.web.page.shown import ReceiptLine, ReceiptsShown, Said

_LINES_SHOWN = 10
_MINUTE_S = 60.0
_LOOK_S = 4.0
_SIGNS_S = 15.0
_AWAY: Mapping[str, Text] = {
    "not_stored": Words(
        "{n} {n:receipt|receipts} could not be recorded: look at the disk of the state folder."
    ),
    "not_allowed": Words(
        "{n} {n:push|pushes} with the right secret came from addresses that receipts.allow does "
        "not list."
    ),
    "too_many": Words("{n} {n:request|requests} came faster than is allowed."),
    "strangers": Words(
        "{n} {n:receipt names a task|receipts name tasks} that no run of this folder knows."
    ),
    "too_large": Words("{n} {n:body was|bodies were} larger than 8 MiB and {n:is|are} lost."),
}
_MISSED = Words("{campaign}: {said}")
_UNCLEAR = Words("{reply} (unclear: {sign}; left out)")


@dataclass(frozen=True, slots=True)
class Heard:
    """Where receipts come for a folder, and how many were turned away, by their reason."""

    listens: str = ""
    turned_away: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Receiving:
    """Look at what was pushed, not more often than every few seconds."""

    clock: Clock
    _signs: dict[str, tuple[float, tuple[Said, ...]]] = field(default_factory=dict)
    _last: dict[tuple[str, bool], tuple[float, ReceiptsShown]] = field(default_factory=dict)

    def look(self, folder: Folder, heard: Heard, *, whole: bool) -> ReceiptsShown | None:
        """Return what stands in the ledger now, or stood there a moment ago."""
        now, key = self.clock.monotonic(), (folder.key, whole)
        known = self._last.get(key)
        if known is not None and now - known[0] < _LOOK_S:
            return known[1]
        shown = self._gather(folder, heard, whole=whole)
        if shown is not None and not whole:
            self._last[key] = (now, shown)
        return shown

    def warnings(self, folder: Folder, heard: Heard) -> Sequence[Said]:
        """Say what a person must look at; it takes a look into every ledger of the account."""
        ledger = folder.ledger()
        if ledger is None:
            return ()
        now, known = self.clock.monotonic(), self._signs.get(folder.key)
        if known is None or now - known[0] >= _SIGNS_S:
            found = signs_of(ledger, folder.state, folder.campaign, self.clock.now())
            counts = {**heard.turned_away, "strangers": ledger.receipts.strangers().news}
            said = [f"{sentence}." for sentence in found.sentences]
            away = (filled(text, n=counts[why]) for why, text in _AWAY.items() if counts.get(why))
            known = (now, (*said, *self._missed(folder, ledger), *away))
            self._signs[folder.key] = known
        return known[1]

    def _missed(self, folder: Folder, ledger: Ledger) -> Iterator[Said]:
        """Say which nights should have run by now, and did not."""
        for last in ledger.notices.latest_nights():
            owner = folder.campaign
            own = owner is not None and owner.name == last.campaign
            before = owner.schedule.start_before if owner is not None and own else ""
            if days := missed_by_now(last, before, self.clock.now()):
                yield filled(_MISSED, campaign=last.campaign, said=missed_text(last, days))

    def _gather(self, folder: Folder, heard: Heard, *, whole: bool) -> ReceiptsShown | None:
        ledger = folder.ledger()
        if ledger is None:
            return ReceiptsShown(
                time_in_china(self.clock.now()), heard.listens, (), 0, 0, 0, (), (), ()
            )
        wall, when, hide = self.clock.now(), time_in_china, Mask()
        replies, opt_outs, unclear = ledger.receipts.count_replies()
        away = [(why.replace("_", " "), n) for why, n in heard.turned_away.items() if n]
        return ReceiptsShown(
            at=when(wall),
            listens=heard.listens,
            receipts=[
                ReceiptLine(
                    tally.kind, tally.count, tally.recent, tally.not_whole, when(tally.latest_at)
                )
                for tally in ledger.receipts.receipt_tallies(wall - _MINUTE_S)
            ],
            replies=replies,
            opt_outs=opt_outs,
            unclear=unclear,
            last_replies=[
                (when(kept.received_at), reply_said(kept, whole=whole))
                for kept in ledger.receipts.replies(_LINES_SHOWN)
            ],
            odd=[
                (when(odd.at), hide(f"#{odd.receipt} {odd.begin.decode(errors='replace')}"))
                for odd in ledger.receipts.odd_receipts(_LINES_SHOWN)
            ],
            turned_away=away,
        )


def reply_said(kept: KeptReply, *, whole: bool) -> Said:
    """Write a reply as the page shows it, and why a person should read it."""
    reply, hide = kept.reply, Mask()
    phone = reply.phone if whole else mask(reply.phone)
    text = f"{phone} {reply.text if whole else hide(reply.text)}"
    if not reply.unclear:
        return text
    return filled(_UNCLEAR, reply=text, sign=SIGNS[Sign(reply.unclear)])
