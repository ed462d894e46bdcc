"""`notify`: try the addresses of a campaign, and show what was told of its nights."""

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import UsageError
from pipeline.core.times import DAY_S, time_in_china
from pipeline.language import Text, Words, filled
from pipeline.ledger import SqliteLedger
from pipeline.notify.addresses import digest_of, numbered
from pipeline.notify.leaving import let_leave
from pipeline.notify.letter import Letter
from pipeline.ports import Clock, KeptNotice, NoticeStep
from pipeline.runner.notifying import words
from pipeline.runner.notifying.desk import scene_of
from pipeline.runner.notifying.recipients import recipients_of
from pipeline.runner.session.place import LEDGER_FILE
from pipeline.settings import Campaign

_SHOWN_DAYS = 14
_SAYS = {
    NoticeStep.INTENDED: Words("may have left (its command was killed, or is at work)"),
    NoticeStep.LEFT: Words("left"),
    NoticeStep.NOT_LEFT: Words("did not leave"),
    NoticeStep.MAY_HAVE_LEFT: Words("may have left"),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a test at one address, which is named by its place and scheme alone."""

    address: str
    step: NoticeStep
    why: str = ""

    @property
    def sentence(self) -> Text:
        """Say it in one line."""
        said = _SAYS[self.step]
        if not self.why:
            return filled("{address}: {said}", address=self.address, said=said)
        return filled("{address}: {said}: {why}", address=self.address, said=said, why=self.why)

    def as_json(self) -> dict[str, object]:
        """Return one object of what --json prints."""
        return {"address": self.address, "step": str(self.step), "why": self.why}


def try_addresses(campaign: Campaign, clock: Clock) -> tuple[Sequence[Tried], Sequence[str]]:
    """Send one message to every address; return what became of each, and what is wrong besides.

    Raises UsageError where the campaign names nobody.
    """
    if not campaign.notify.is_asked_for:
        raise UsageError(
            filled(
                "{file} notifies nobody: name a variable as [notify] urls_env, or a private file "
                "as urls_file",
                file=campaign.file,
            ),
            "KS0207",
        )
    recipients = recipients_of(campaign.notify, os.environ)
    scene = scene_of(campaign, clock)
    mark = f"[{scene.mark}] " if scene.mark else ""
    subject = f"{mark}{campaign.name}: {words.TEST_SUBJECT.of(scene.language)}"
    text = words.text_of([scene.mark, words.TEST_TEXT], scene.language)
    gone = let_leave([Letter(one, subject, text) for one in recipients.addresses])
    shown = numbered(recipients.addresses)
    tried = [Tried(name, one.step, one.why) for name, one in zip(shown, gone, strict=True)]
    return tried, recipients.troubles


def told_lately(campaign: Campaign, state: Path, clock: Clock) -> tuple[KeptNotice, ...]:
    """List what was told of a campaign in the last two weeks, the earliest first."""
    if not (state / LEDGER_FILE).exists():
        return ()
    with closing(SqliteLedger(state)) as ledger:
        return ledger.notices.kept(campaign.name, clock.now() - _SHOWN_DAYS * DAY_S)


def lines_of(campaign: Campaign, kept: KeptNotice) -> Sequence[tuple[str, ...]]:
    """Return a notice as lines of a table: when, of what, to whom, and what became of that."""
    addresses = recipients_of(campaign.notify, os.environ).addresses
    names = dict(zip(map(digest_of, addresses), numbered(addresses), strict=True))
    notice = kept.notice
    return [
        (
            time_in_china(notice.at),
            notice.run or "-",
            str(notice.kind),
            names.get(digest, Words("a former address")),
            _SAYS[tries[-1].step] if tries else Words("is to leave"),
            tries[-1].why if tries else "",
        )
        for digest, tries in kept.tries.items()
    ]


def as_json(kept: KeptNotice) -> dict[str, object]:
    """Return one object of what --json prints."""
    notice = kept.notice
    return {
        "at": notice.at,
        "kind": str(notice.kind),
        "run": notice.run,
        "subject": notice.subject,
        "text": notice.text,
        "tries": [
            {"at": one.at, "step": str(one.step), "why": one.why}
            for tries in kept.tries.values()
            for one in tries
        ],
    }
