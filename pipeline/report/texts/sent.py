"""The sentences on how many were sent a message and got it; of a rehearsal none of it is so."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.core.model import Channel
from pipeline.core.outcome import Books, Outcome
from pipeline.language import Text, Words, filled
from pipeline.ports import Marks


@dataclass(frozen=True, slots=True)
class SentWords:
    """What is said of a run that sent something; those of links, of a run that made links.

    books: of the books as they stand, with_cards where somebody saw the card. reached, so_far,
    on_its_way, none_arrived and in_doubt: the first sentence of the reports. delivered, cards: of
    all rows.
    """

    books: Words
    with_cards: Words
    links_books: Words
    reached: Words
    so_far: Words
    on_its_way: Words
    none_arrived: Words
    in_doubt: Words
    links: Words
    delivered: Words
    cards: Words
    links_delivered: Words
    links_cards: Words


_REAL = SentWords(
    books=Words(
        "{sent} {sent:person was|people were} sent a message; {reached} {reached:has|have} got it "
        "so far."
    ),
    with_cards=Words(
        "{sent} {sent:person was|people were} sent a message; {reached} {reached:has|have} got it "
        "so far, {cards} saw the card."
    ),
    links_books=Words(
        "{sent} {sent:link was|links were} made and nothing was sent: links.csv is for your own "
        "SMS; {cards} {cards:person|people} saw the card so far."
    ),
    reached=Words("{reached} of {taken} people who were sent a message got it ({share})."),
    so_far=Words("{reached} of {taken} people who were sent a message got it so far ({share})."),
    on_its_way=Words(
        "Nobody is known to have got a message yet: news of {taken} {taken:person|people} is still "
        "to come."
    ),
    none_arrived=Words(
        "Nobody is known to have been reached: none of {taken} {taken:message|messages} that "
        "KooMessage took was reported as delivered."
    ),
    in_doubt=Words(
        "Nobody is known to have been reached: {doubts} {doubts:row is|rows are} in doubt, and may "
        "have been sent."
    ),
    links=Words(
        "{taken} {taken:link was|links were} made for your own SMS; KooMessage sent nothing."
    ),
    delivered=Words("{arrived} of {rows} {rows:row|rows} {arrived:was|were} delivered ({share})."),
    cards=Words("{card} saw the card; {unseen} saw plain SMS instead."),
    links_delivered=Words(
        "{arrived} {arrived:link was|links were} made for {rows} {rows:row|rows} ({share}); "
        "KooMessage sent nothing: links.csv is for your own SMS."
    ),
    links_cards=Words(
        "{card} {card:person|people} saw the card; {unseen} {unseen:link|links} expired unseen."
    ),
)
_REHEARSED = SentWords(
    books=Words(
        "{sent} {sent:person|people} would have been sent a message; {reached} would have got it "
        "so far."
    ),
    with_cards=Words(
        "{sent} {sent:person|people} would have been sent a message; {reached} would have got it "
        "so far, {cards} would have seen the card."
    ),
    links_books=Words(
        "{sent} {sent:link|links} would have been made, and those in links.csv lead nowhere; "
        "{cards} {cards:person|people} would have seen the card so far."
    ),
    reached=Words(
        "{reached} of {taken} people who would have been sent a message would have got it "
        "({share})."
    ),
    so_far=Words(
        "{reached} of {taken} people who would have been sent a message would have got it so far "
        "({share})."
    ),
    on_its_way=Words(
        "Nobody would be known to have got a message yet: the emulator's news of {taken} "
        "{taken:person|people} is still to come."
    ),
    none_arrived=Words(
        "Nobody would be known to have been reached: none of {taken} {taken:message|messages} that "
        "the emulator took was reported as delivered."
    ),
    in_doubt=Words(
        "Nobody would be known to have been reached: {doubts} {doubts:row is|rows are} in doubt, "
        "and the emulator may have taken {doubts:it|them}."
    ),
    links=Words("{taken} {taken:link|links} would have been made for your own SMS."),
    delivered=Words("{arrived} of {rows} {rows:row|rows} would have been delivered ({share})."),
    cards=Words("{card} would have seen the card; {unseen} would have seen plain SMS instead."),
    links_delivered=Words(
        "{arrived} {arrived:link|links} would have been made for {rows} {rows:row|rows} ({share}); "
        "those in links.csv lead nowhere."
    ),
    links_cards=Words(
        "{card} {card:person|people} would have seen the card; {unseen} {unseen:link|links} would "
        "have expired unseen."
    ),
)
_SAID: Mapping[bool, SentWords] = {False: _REAL, True: _REHEARSED}


def sent_words(marks: Marks) -> SentWords:
    """Return what is said of a run with these marks."""
    return _SAID[marks.rehearsal]


def books_say(books: Books, channel: Channel, marks: Marks) -> Text:
    """Say in one sentence what a person asks first of a run's books."""
    words, cards = sent_words(marks), books.outcomes.get(Outcome.CARD, 0)
    if channel is Channel.LINKS_ONLY:
        return filled(words.links_books, sent=books.messages, cards=cards)
    text = words.with_cards if cards else words.books
    return filled(text, sent=books.messages, reached=books.reached, cards=cards)
