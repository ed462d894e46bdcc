"""What is read first: the tiles of the page, and the sentences that say how the run went."""

from collections.abc import Iterator

from pipeline.core.outcome import REACHED, Outcome
from pipeline.report.blocks import Sentence, Tile
from pipeline.report.figures.figures import Figures, share
from pipeline.report.figures.tally import ATTENTION
from pipeline.report.texts import page_words, words
from pipeline.report.texts.language import filled

_CALM = frozenset({Outcome.DUPLICATE, Outcome.SUPPRESSED, Outcome.SKIPPED, Outcome.SUBMITTED})


def tone(outcome: Outcome) -> str:
    """Name the tone of an outcome."""
    if outcome is Outcome.FALLBACK_SMS:
        return "plain"
    if outcome is Outcome.DELIVERED:
        return "open"
    if outcome in REACHED:
        return "good"
    if outcome in ATTENTION:
        return "bad"
    return "calm" if outcome in _CALM else "fair"


def tones(figures: Figures) -> dict[Outcome, str]:
    """Name the tone of each outcome of the run: a link nobody opened is no failure."""
    unseen = {Outcome.EXPIRED: "plain"} if figures.makes_links else {}
    return {one: unseen.get(one, tone(one)) for one in figures.tally.outcomes}


def tiles(figures: Figures) -> Iterator[Tile]:
    """Yield the numbers that are read first."""
    tally, rows, links = figures.tally, figures.tally.rows, figures.makes_links
    arrived = tally.taken if links else tally.reached
    name = page_words.TILE_LINKS if links else page_words.TILE_REACHED
    below = filled(page_words.OF_ROWS, rows=rows, share=percent(arrived, rows))
    yield Tile("taken" if links else "reached", name, arrived, "good", below)
    if figures.shows_cards:
        unseen = page_words.TILE_UNSEEN if links else page_words.TILE_FALLBACK
        card, plain = tally.of(Outcome.CARD), tally.not_shown
        yield Tile("card", page_words.TILE_CARD, card, "good", percent(card, arrived))
        yield Tile("fallback", unseen, plain, "plain", percent(plain, arrived))
    unsent = sum(group.rows for group in figures.unsent())
    for key, text, count, color in (
        ("attention", page_words.TILE_ATTENTION, figures.attention, "bad"),
        ("unsent", page_words.TILE_UNSENT, unsent, "fair"),
        ("pending", page_words.TILE_PENDING, tally.of(Outcome.PENDING), "fair"),
        ("waiting", page_words.TILE_WAITING, tally.waiting, "open"),
    ):
        if count or key == "attention":
            yield Tile(key, text, count, color if count else "good", percent(count, rows))


def verdict(figures: Figures) -> Iterator[Sentence]:
    """Yield the sentences that are read first."""
    tally = figures.tally
    card, unseen, rows = tally.of(Outcome.CARD), tally.not_shown, tally.rows
    if figures.makes_links:
        of = percent(tally.taken, rows)
        said = filled(page_words.SAY_LINKS, made=tally.taken, rows=rows, share=of)
        cards = filled(page_words.SAY_LINKS_SHOWN, card=card, fallback=unseen)
    else:
        of = percent(tally.reached, rows)
        said = filled(words.SAY_REACHED, reached=tally.reached, rows=rows, share=of)
        cards = filled(words.SAY_CARD, card=card, fallback=unseen)
    yield Sentence(said, "good", in_tiles=True)
    if figures.shows_cards:
        yield Sentence(cards, "good", in_tiles=True)
    for text, count, sheet, color, in_tiles in (
        (words.SAY_ATTENTION, figures.attention, words.ATTENTION, "bad", True),
        (words.SAY_DOUBT, tally.of(Outcome.IN_DOUBT), words.ATTENTION, "bad", False),
        (words.SAY_REJECTED, tally.rejected, words.REJECTED, "fair", True),
        (words.SAY_SKIPPED, tally.of(Outcome.SKIPPED), words.ALL_ROWS, "fair", True),
        (figures.pending_words, tally.of(Outcome.PENDING), words.ALL_ROWS, "fair", False),
        (words.SAY_WAITING, tally.waiting, words.ALL_ROWS, "fair", False),
    ):
        if count:
            yield Sentence(filled(text, count=count, sheet=sheet), color, in_tiles=in_tiles)
    books = filled(words.SAY_NO_BALANCE, rows=figures.run.rows, counted=rows)
    yield Sentence(
        words.SAY_BALANCE if figures.balance else books,
        "good" if figures.balance else "bad",
        "books",
    )


def percent(part: int, whole: int) -> str:
    """Write a share."""
    return f"{share(part, whole):.1%}"
