"""What kind of question a doubt needs, and the kind that needs none: links are made again."""

from collections.abc import Collection

from pipeline.core.lifecycle import Event, State
from pipeline.core.model import Channel
from pipeline.language import Words
from pipeline.ports import Conclusion, Submission
from pipeline.reconciler.context import Parts


def asked_of(parts: Parts, submission: Submission) -> Channel:
    """Return the channel whose question shows a submission's name: trust in one is not another's.

    The SMS that carries a link is asked for as any SMS is.
    """
    channel = parts.carrier(submission).channel
    return Channel.SMS if channel is Channel.AIM_LINKS else channel


def release_links(parts: Parts) -> int:
    """Release what made links and got no answer, to be made again; count it."""
    doubts = parts.ledger.submissions(parts.run, frozenset({State.IN_DOUBT}))
    making = [doubt for doubt in doubts if asked_of(parts, doubt) is Channel.LINKS_ONLY]
    return make_again(parts, making) if making else 0


def make_again(parts: Parts, doubts: Collection[Submission]) -> int:
    """Release at once what made links: a link that nobody got costs nothing (CreateResolveTask)."""
    at = parts.clock.now()
    note = Words("links may be made again: one that nobody gets is never shown, and never charged")
    parts.writer.conclude(
        [Conclusion(*doubt.place, Event.WAS_RELEASED, at, note=note) for doubt in doubts]
    )
    return len(doubts)
