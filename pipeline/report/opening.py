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

_LIST = Words("List {list}, {day}.")
_REACHED = Words("{reached} of {taken} people who were sent a message got it ({share}).")
_REACHED_SO_FAR = Words(
    "{reached} of {taken} people who were sent a message got it so far ({share})."
)
_ON_ITS_WAY = Words(
    "Nobody is known to have got a message yet: news of {taken} {taken:person|people} is still to "
    "come."
)
_NOTHING_YET = Words(
    "Nobody was reached: nothing was sent yet, and {pending} {pending:row is|rows are} still to be "
    "sent."
)
_NOTHING_SENT = Words("Nobody was reached: nothing was sent.")
_NONE_ARRIVED = Words(
    "Nobody is known to have been reached: none of {taken} {taken:message|messages} that "
    "KooMessage took was reported as delivered."
)
_IN_DOUBT = Words(
    "Nobody is known to have been reached: {doubts} {doubts:row is|rows are} in doubt, and may "
    "have been sent."
)
_LINKS = Words(
    "{taken} {taken:link was|links were} made for your own SMS; KooMessage sent nothing."
)
_NO_LINKS = Words("No link was made.")
_NEXT = Words("Next: {command}")


def opening(figures: Figures) -> Iterator[Sentence]:
    """Yield the sentences; the second is red where nobody was reached and no news is due."""
    plan = figures.run.plan
    name = PurePath(plan.source_path).name
    yield Sentence(filled(_LIST, list=name, day=day_in_china(plan.planned_at)), figure="list")
    yield _links(figures) if figures.makes_links else _messages(figures)
    command = _command(figures)
    if command:
        yield Sentence(filled(_NEXT, command=command), figure="next")


def _messages(figures: Figures) -> Sentence:
    tally = figures.tally
    taken, pending = tally.taken, tally.of(Outcome.PENDING)
    if tally.reached:
        says = _REACHED_SO_FAR if tally.waiting or pending else _REACHED
        of = percent(tally.reached, taken)
        return _said(filled(says, reached=tally.reached, taken=taken, share=of), "good")
    if tally.of(Outcome.SUBMITTED):
        return _said(filled(_ON_ITS_WAY, taken=tally.of(Outcome.SUBMITTED)), "fair")
    if taken:
        return _said(filled(_NONE_ARRIVED, taken=taken), "bad")
    doubts = tally.of(Outcome.IN_DOUBT)
    if doubts:
        return _said(filled(_IN_DOUBT, doubts=doubts), "bad")
    return _said(filled(_NOTHING_YET, pending=pending) if pending else _NOTHING_SENT, "bad")


def _links(figures: Figures) -> Sentence:
    taken = figures.tally.taken
    return _said(filled(_LINKS, taken=taken), "good") if taken else _said(_NO_LINKS, "bad")


def _said(text: Text, tone: str) -> Sentence:
    return Sentence(text, tone, "verdict")


def _command(figures: Figures) -> str:
    """Return the one command that comes next; empty where nothing is left to do."""
    plan, tally = figures.run.plan, figures.tally
    is_own = not plan.is_trial and not is_rerun(figures.run)
    campaign = shlex.quote(plan.campaign_path) if is_own else plan.run
    is_held = bool(figures.first) and figures.first[-1].verdict is Verdict.STOPPED
    commands = (
        (is_held and tally.of(Outcome.PENDING), f"koosend run {plan.run} --after-canary"),
        (tally.of(Outcome.PENDING), f"koosend run {campaign}"),
        (tally.of(Outcome.IN_DOUBT), f"koosend doubts {plan.run}"),
        (tally.waiting, f"koosend reconcile {campaign}"),
        (tally.of(Outcome.REFUSED), f"koosend rerun {plan.run}"),
    )
    return next((command for applies, command in commands if applies), "")
