"""The questions that koosend relies on, put once each to see whether this account may ask them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from pipeline.core.model import Channel, Message
from pipeline.core.times import DAY_S
from pipeline.koomessage import catalog
from pipeline.koomessage.lists import Page
from pipeline.koomessage.probe import look
from pipeline.koomessage.probe.look import Question, times
from pipeline.koomessage.products import aim, callbacks, links
from pipeline.koomessage.transport.signing import Query
from pipeline.language import SEMICOLON, Words, joined

_LEFT: Final = Words("doubts are left (75)")
_NO_NEWS: Final = Words("receipts alone bring news")
_WARNED: Final = Words("check and run warn")
_UNTOLD: Final = Words("koosend receipts cannot list")
_UNCOUNTED: Final = Words("verify --online compares less")
_UNASKED: Final = Words("not relied on")


@dataclass(frozen=True, slots=True)
class Right:
    """A question, whether a campaign needs its answer, and what koosend does without it."""

    question: Question
    is_needed: bool
    otherwise: str


def rights(message: Message, now: float) -> Iterator[Right]:
    """List every question, each for one row; which are needed depends on what is sent."""
    cards = message.channel in {Channel.AIM, Channel.AIM_LINKS, Channel.LINKS_ONLY}
    video = message.channel is Channel.AIM_BASIC or message.fallback.video is not None
    texts = message.channel is not Channel.LINKS_ONLY and message.sms is not None
    texts = texts or message.fallback.sms is not None
    span = times(now - DAY_S, now + DAY_S)
    for of, is_needed, otherwise in (
        (look.AIM_TASKS, message.channel is Channel.AIM, _LEFT),
        (look.BASIC_TASKS, video, _LEFT),
        (look.DETAILS, texts, joined(_NO_NEWS, _LEFT, by=SEMICOLON)),
    ):
        yield Right(of.at(0, 1, *span), is_needed, otherwise)
    yield Right(
        _first("ListAimResolveDetails", aim.RENDERINGS_PATH, aim.read_renderings, span),
        cards,
        _NO_NEWS,
    )
    resolve = _first("ListResolveTasks", links.LIST_PATH, links.read_tasks, span)
    yield Right(resolve, is_needed=False, otherwise=_UNASKED)
    yield from _catalog(cards=cards, video=video, texts=texts)
    for operation, channel, is_needed in (
        ("ListAimCallbacks", Channel.AIM, cards or texts),
        ("ListVmsCallbacks", Channel.AIM_BASIC, video),
    ):
        question = Question(operation, callbacks.path(channel), partial(_addresses, channel))
        yield Right(question, is_needed, _UNTOLD)
    yield Right(look.reports(now), message.channel is Channel.AIM, _UNCOUNTED)


def _catalog(*, cards: bool, video: bool, texts: bool) -> Iterator[Right]:
    needs = {catalog.CARDS.operation: cards, catalog.VIDEOS.operation: video}
    for of in catalog.LISTS:
        query = catalog.BINDINGS if of is catalog.PORTS else ()
        question = _first(of.operation, of.path, of.page, query)
        yield Right(question, needs.get(of.operation, texts), _WARNED)


def _first(operation: str, path: str, reader: Callable[[bytes], Page], query: Query) -> Question:
    return Question(operation, path, reader, (*query, ("limit", 1), ("offset", 0)))


def _addresses(channel: Channel, body: bytes) -> Page:
    callbacks.read_listed(channel, body)
    return Page((), None)
