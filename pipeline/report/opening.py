"""What stands above all else: which list it was, how it went in one sentence, what to do next."""

import shlex
from collections.abc import Iterator
from pathlib import PurePath

from pipeline.core.canary import Verdict
from pipeline.core.outcome import Outcome
from pipeline.core.times import day_in_china
from pipeline.language import Text, Words, filled
from pipeline.report.blocks import Sentence
from pipeline.report.figures.figures import Figures
from pipeline.report.figures.lineage import is_rerun
from pipeline.report.headline import percent
from pipeline.report.options import ReportOptions
from pipeline.report.texts.sent import SentWords, sent_words

_LIST = Words("List {list}, {day}.")
_NOTHING_YET = Words(
    "Nobody was reached: nothing was sent yet, and {pending} {pending:row is|rows are} still to be "
    "sent."
)
_NOTHING_SENT = Words("Nobody was reached: nothing was sent.")
_NO_LINKS = Words("No link was made.")
_NEXT = Words("Next: {command}")


def opening(figures: Figures, options: ReportOptions) -> Iterator[Sentence]:
    """Yield the sentences; the second is red where nobody was reached and no news is due."""
    plan = figures.run.plan
    name = PurePath(plan.source_path).name
    yield Sentence(filled(_LIST, list=name, day=day_in_china(plan.planned_at)), figure="list")
    said = sent_words(options.marks)
    yield _links(figures, said) if figures.makes_links else _messages(figures, said)
    command = _command(figures, options)
    if command:
        yield Sentence(filled(_NEXT, command=command), figure="next")


def _messages(figures: Figures, words: SentWords) -> Sentence:
    tally = figures.tally
    taken, pending = tally.taken, tally.of(Outcome.PENDING)
    if tally.reached:
        says = words.so_far if tally.waiting or pending else words.reached
        of = percent(tally.reached, taken)
        return _said(filled(says, reached=tally.reached, taken=taken, share=of), "good")
    if tally.of(Outcome.SUBMITTED):
        return _said(filled(words.on_its_way, taken=tally.of(Outcome.SUBMITTED)), "fair")
    if taken:
        return _said(filled(words.none_arrived, taken=taken), "bad")
    doubts = tally.of(Outcome.IN_DOUBT)
    if doubts:
        return _said(filled(words.in_doubt, doubts=doubts), "bad")
    return _said(filled(_NOTHING_YET, pending=pending) if pending else _NOTHING_SENT, "bad")


def _links(figures: Figures, words: SentWords) -> Sentence:
    taken = figures.tally.taken
    return _said(filled(words.links, taken=taken), "good") if taken else _said(_NO_LINKS, "bad")


def _said(text: Text, tone: str) -> Sentence:
    return Sentence(text, tone, "verdict")


def _command(figures: Figures, options: ReportOptions) -> str:
    """Return the one command that comes next; empty where nothing is left to do."""
    plan, tally = figures.run.plan, figures.tally
    is_own = not plan.is_trial and not is_rerun(figures.run)
    run = options.command_run or plan.run
    campaign = (options.command_campaign or shlex.quote(plan.campaign_path)) if is_own else run
    is_held = bool(figures.first) and figures.first[-1].verdict is Verdict.STOPPED
    commands = (
        (is_held and tally.of(Outcome.PENDING), f"koosend run {run} --after-canary"),
        (tally.of(Outcome.PENDING), f"koosend run {campaign}"),
        (tally.of(Outcome.IN_DOUBT), f"koosend doubts {run}"),
        (tally.waiting, f"koosend reconcile {campaign}"),
        (tally.of(Outcome.REFUSED), f"koosend rerun {run}"),
    )
    return next((command for applies, command in commands if applies), "")
