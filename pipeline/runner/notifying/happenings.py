"""See in how a command ended what people are told of, each thing with its key: once it is told."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.audit.provider import finding_of
from pipeline.core.canary import Verdict
from pipeline.core.errors import (
    Exit,
    KoosendError,
    OnlyFirst,
    SourceMissing,
    WindowClosed,
)
from pipeline.core.model import Channel, RunId
from pipeline.core.phones import mask_in
from pipeline.core.times import DAY_S, day_in_china, in_china
from pipeline.language import Language, Text
from pipeline.ports import Control, DaysCompared, Ledger, Notice, NoticeKind
from pipeline.report.texts.sent import books_say
from pipeline.runner.notifying import words
from pipeline.runner.scheduling.told import is_elsewhere
from pipeline.runner.session.place import is_trial
from pipeline.runner.session.result import RunReport

Said = Text | str

_AS_MEANT = (WindowClosed, OnlyFirst)


@dataclass(frozen=True, slots=True)
class Scene:
    """Of which campaign it is, as a command line names it, in which language, and when.

    mark is what must be said first of what the campaign sends; empty for the real thing. code is
    what the command ends with, where that is not what the run alone would.
    """

    campaign: str
    named: str
    language: Language
    now: float
    mark: str = ""
    code: int | None = None

    @property
    def day(self) -> str:
        """Return the day in China: 2026-11-28."""
        return str(day_in_china(self.now))

    def notice(self, kind: NoticeKind, key: str, said: Iterable[Said], run: str = "") -> Notice:
        """Write a notice, in which no number is whole."""
        subject = words.Subject(self.campaign, kind, self.mark, run, self.code)
        sentences: list[Said] = [self.mark, *said, words.where_says(self.named)]
        text = words.text_of(sentences, self.language)
        shown = mask_in(words.subject_of(subject, self.language)), mask_in(text)
        return Notice(self.campaign, kind, key, run, self.now, *shown)


def of_error(scene: Scene, error: KoosendError) -> Notice:
    """Return what is told of a command that ended before there was a run to speak of."""
    code = int(error.exit_code)
    scene = replace(scene, code=code)
    if isinstance(error, SourceMissing):
        said: list[Said] = [words.missing_says(f"{in_china(scene.now):%H:%M}"), str(error)]
        return scene.notice(NoticeKind.SOURCE_MISSING, scene.day, said)
    said = [words.exit_says(code), str(error)]
    return scene.notice(NoticeKind.FAILED, f"{scene.day}:{code}", said)


def of_bug(scene: Scene, kind: str) -> Notice:
    """Return what is told of a fault of koosend's own; kind names it without quoting a row."""
    scene = replace(scene, code=int(Exit.BUG))
    said: list[Said] = [words.exit_says(Exit.BUG), f"({kind})"]
    return scene.notice(NoticeKind.FAILED, f"{scene.day}:{int(Exit.BUG)}", said)


def of_days(scene: Scene, run: RunId, compared: DaysCompared) -> Iterator[Notice]:
    """Yield a notice for each day that KooMessage's report counts otherwise, once for a count."""
    for drift in compared.days:
        found = finding_of(drift)
        key = f"{drift.day}:{drift.template}:{drift.theirs}:{drift.ours}"
        yield scene.notice(NoticeKind.DRIFT, key, [found.where, found.sentence], run)


def of_reports(scene: Scene, ledger: Ledger, reports: Sequence[RunReport]) -> Iterator[Notice]:
    """Yield what is told of runs: why one does not go on, else that it is finished, or closed."""
    for report in reports:
        if not is_elsewhere(report) and not is_trial(report.record):
            marked = replace(scene, mark=report.marks.text, code=int(report.exit))
            yield from _troubles(marked, ledger, report) or _failures(marked, report)
            yield from _ends(marked, report)


def _troubles(scene: Scene, ledger: Ledger, report: RunReport) -> list[Notice]:
    """Return what says by itself why a run does not go on."""
    run = report.record.plan.run
    found: list[Notice] = []
    if report.record.finished_at is None:
        held = Control.of(ledger.controls(run))
        for word in (held.stop, held.pause):
            if word is not None:
                said = [words.stopped_says(run)]
                found.append(scene.notice(NoticeKind.STOPPED, f"{run}:{word.at}", said, run))
        decided = ledger.canary(run)
        if decided and decided[-1].verdict is Verdict.STOPPED:
            key = f"{run}:{decided[-1].at}"
            said = [words.canary_says(run)]
            found.append(scene.notice(NoticeKind.CANARY_STOPPED, key, said, run))
    if report.held:
        said = [words.held_says(report.held, run)]
        found.append(scene.notice(NoticeKind.DOUBTS_HELD, f"{run}:{report.held}", said, run))
    return found


def _failures(scene: Scene, report: RunReport) -> list[Notice]:
    """Return that a command failed; work that the next start goes on with by itself is no failure.

    Refused rows are told once for a run, and anything else once a day.
    """
    code, run = report.exit, report.record.plan.run
    waits = code is Exit.WORK_LEFT and report.stopped is None
    if code is Exit.OK or waits or isinstance(report.stopped, _AS_MEANT):
        return []
    key = f"{run}:{code}" if code is Exit.ROWS_FAILED else f"{scene.day}:{code}:{run}"
    why = [str(report.stopped)] if report.stopped is not None else []
    why += filter(None, (*report.leftovers, report.strangers))
    said: list[Said] = [words.exit_says(code), *why, _books(report)]
    return [scene.notice(NoticeKind.FAILED, key, said, run)]


def _ends(scene: Scene, report: RunReport) -> Iterator[Notice]:
    record, books = report.record, report.books
    run, ended = record.plan.run, record.finished_at
    if ended is None or scene.now - ended > DAY_S:
        return
    links = record.plan.message.channel is Channel.LINKS_ONLY
    if not books.messages and not links:
        yield scene.notice(NoticeKind.SENT_TO_NOBODY, run, [words.nobody_says(books.rows)], run)
    else:
        yield scene.notice(NoticeKind.FINISHED, run, [words.ALL_SENT, _books(report)], run)
    if not books.open_rows:
        yield scene.notice(NoticeKind.BOOKS_CLOSED, run, [words.CLOSED, _books(report)], run)


def _books(report: RunReport) -> Text:
    return books_say(report.books, report.record.plan.message.channel, report.marks)
