"""What is read first: the tiles of the page, and the sentences that say how the run went."""

from collections.abc import Iterator

from pipeline.core.outcome import Outcome
from pipeline.language import Text, Words, filled
from pipeline.ports import Marks
from pipeline.report.blocks import Sentence, Tile
from pipeline.report.figures.figures import Figures, share
from pipeline.report.texts import words
from pipeline.report.texts.outcomes import tone
from pipeline.report.texts.sent import sent_words


def tones(figures: Figures) -> dict[Outcome, str]:
    """Name the tone of each outcome of the run: a link nobody opened is no failure."""
    unseen = {Outcome.EXPIRED: "plain"} if figures.makes_links else {}
    return {outcome: unseen.get(outcome, tone(outcome)) for outcome in figures.tally.outcomes}


def tiles(figures: Figures) -> Iterator[Tile]:
    """Yield the numbers that are read first."""
    tally, rows, links = figures.tally, figures.tally.rows, figures.makes_links
    arrived = tally.taken if links else tally.reached
    name = words.LINKS_MADE if links else words.REACHED
    yield Tile("taken" if links else "reached", name, arrived, "good", _of_rows(arrived, rows))
    if figures.shows_cards:
        unseen = words.UNSEEN_LINK if links else Words("Saw plain SMS instead")
        card, plain = tally.of(Outcome.CARD), tally.not_shown
        yield Tile("card", words.SAW_CARD, card, "good", _of_arrived(figures, card))
        yield Tile("fallback", unseen, plain, "plain", _of_arrived(figures, plain))
    unsent = sum(group.rows for group in figures.unsent())
    for key, text, count, color in (
        ("attention", Words("Need attention"), figures.attention, "bad"),
        ("unsent", Words("Not sent to"), unsent, "fair"),
        ("pending", words.TO_BE_SENT, tally.of(Outcome.PENDING), "fair"),
        ("waiting", Words("May still change"), tally.waiting, "open"),
    ):
        if count or key == "attention":
            yield Tile(key, text, count, color if count else "good", _of_rows(count, rows))


def _of_rows(count: int, rows: int) -> Text:
    """Say which share of how many rows a count is."""
    return filled("{share} of {rows} {rows:row|rows}", rows=rows, share=percent(count, rows))


def _of_arrived(figures: Figures, count: int) -> Text:
    """Say which share of how many delivered messages, or links, a count is."""
    if figures.makes_links:
        base = figures.tally.taken
        return filled("{share} of {base} {base:link|links}", base=base, share=percent(count, base))
    base = figures.tally.reached
    return filled("{share} of {base} delivered", base=base, share=percent(count, base))


def verdict(figures: Figures, marks: Marks) -> Iterator[Sentence]:
    """Yield the sentences that are read first."""
    tally, card, unseen = figures.tally, figures.tally.of(Outcome.CARD), figures.tally.not_shown
    arrived = tally.taken if figures.makes_links else tally.reached
    said_of = sent_words(marks)
    reached, cards = said_of.delivered, said_of.cards
    if figures.makes_links:
        reached, cards = said_of.links_delivered, said_of.links_cards
    of = percent(arrived, tally.rows)
    said = filled(reached, arrived=arrived, rows=tally.rows, share=of)
    yield Sentence(said, "good", in_tiles=True)
    if figures.shows_cards:
        yield Sentence(filled(cards, card=card, unseen=unseen), "good", in_tiles=True)
    sheets = {"attention": words.ATTENTION, "rejected": words.REJECTED, "all_rows": words.ALL_ROWS}
    for text, count, color, in_tiles in (
        (_ATTENTION, figures.attention, "bad", True),
        (_IN_DOUBT, tally.of(Outcome.IN_DOUBT), "bad", False),
        (_REJECTED, tally.rejected, "fair", True),
        (_SKIPPED, tally.of(Outcome.SKIPPED), "fair", True),
        (figures.pending_words, tally.of(Outcome.PENDING), "fair", False),
        (_WAITING_LINKS if figures.makes_links else _WAITING, tally.waiting, "fair", False),
    ):
        if count:
            yield Sentence(filled(text, count=count, **sheets), color, in_tiles=in_tiles)
    books = Words("The books balance: every row read has exactly one outcome.")
    missed = filled(
        "The books do not balance: {rows} {rows:row was|rows were} read, {counted} "
        "{counted:has|have} an outcome. Run 'koosend verify'.",
        rows=figures.run.rows,
        counted=tally.rows,
    )
    balance = figures.balance
    yield Sentence(books if balance else missed, "good" if balance else "bad", "books")


_ATTENTION = Words("{count} {count:row needs|rows need} attention: see the sheet '{attention}'.")
_IN_DOUBT = Words(
    "{count} {count:row is|rows are} in doubt: do not send {count:it|them} again before "
    "{count:it is|they are} settled."
)
_REJECTED = Words("{count} {count:row was|rows were} not sent to: see the sheet '{rejected}'.")
_SKIPPED = Words(
    "{count} {count:row was|rows were} skipped on purpose: see the sheet '{all_rows}'."
)
_WAITING = Words(
    "{count} {count:row|rows} may still change: news comes for up to 72 hours, cards until their "
    "links expire."
)

_WAITING_LINKS = Words(
    "{count} {count:link|links} may still be opened until {count:it expires|they expire}."
)


def percent(part: int, whole: int) -> str:
    """Write a share."""
    return f"{share(part, whole):.1%}"
