"""Read what a card says, as far as KooMessage tells it (AIMTemplate)."""

from collections.abc import Iterator, Mapping

from pipeline.koomessage.decoding import Unreadable, parse, text

_OF_WORDS = ("content", "text")
"""What the keys of a page's words begin with: content, content_child (AimPersonalTemplateContent).
"""


def card_text(item: Mapping[str, object]) -> str | None:
    """Return the texts of a card, one a line; None where none of them is told.

    They stand in its pages, which are JSON within JSON and whose form is nowhere documented: every
    text in them counts once one of their words is there. Where none is, the example of its SMS
    that a person wrote for the review speaks for it.
    """
    pages = item.get("pages")
    try:
        found = list(_texts("", parse(pages) if isinstance(pages, str) else pages))
    except Unreadable:
        found = []
    if not any(is_words for is_words, _ in found):
        return text(item.get("description")).strip() or None
    return "\n".join(said for _, said in found)


def _texts(key: str, value: object) -> Iterator[tuple[bool, str]]:
    """Yield each text below a value, and whether it is some of the card's words."""
    left = [(key, value)]
    while left:
        name, found = left.pop()
        if isinstance(found, str) and found.strip():
            yield name.lower().startswith(_OF_WORDS), found
        elif isinstance(found, dict):
            left += [(str(at), part) for at, part in reversed(found.items())]
        elif isinstance(found, list):
            left += [(name, part) for part in reversed(found)]
