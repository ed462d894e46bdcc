"""Say things in English, and in the languages whose catalogues stand in pipeline/locale.

A text stands in the code in English, as Words("..."), where `make words` finds it. The catalogue
`locale/<language>/LC_MESSAGES/koosend.po` has the others; the build compiles it.
"""

import gettext
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).with_name("locale")
DOMAIN = "koosend"


class Language(StrEnum):
    """A language that reports can be written in."""

    EN = "en"
    ZH = "zh"


class Text(ABC):
    """What can be said in every language, once it is known in which."""

    __slots__ = ()

    @abstractmethod
    def of(self, language: Language) -> str:
        """Return the text in that language."""


@dataclass(frozen=True, slots=True)
class Words(Text):
    """A text in English, by which the catalogues know it; context tells two of one wording apart.

    One that a catalogue does not know is said in English.
    """

    en: str = ""
    context: str = ""

    def of(self, language: Language) -> str:
        """Return the text in that language."""
        if language is Language.EN or not self.en:
            return self.en
        known = _catalogue(language)
        return known.pgettext(self.context, self.en) if self.context else known.gettext(self.en)


@dataclass(frozen=True, slots=True)
class Bilingual(Text):
    """A text that comes from elsewhere in both languages; empty where one has none."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        """Return the text in that language."""
        return self.zh if language is Language.ZH else self.en


@dataclass(frozen=True, slots=True)
class Composed(Text):
    """A text that is made of others when it is drawn."""

    compose: Callable[[Language], str]

    def of(self, language: Language) -> str:
        """Return the text in that language."""
        return self.compose(language)


def marked(text: str) -> str:
    """Return the text as it is: `make words` finds it, and Words of it may be said later."""
    return text


def spoken(text: Text | str, language: Language) -> str:
    """Return a text in that language; what is plain is the same in all."""
    return text if isinstance(text, str) else text.of(language)


@dataclass(frozen=True, slots=True)
class Counted:
    """A count as a text's place takes it: "{n}" is 1,234 and "{n:row is|rows are}" fits it."""

    count: float

    def __format__(self, spec: str) -> str:
        """Write the number, or that of the two forms which goes with it."""
        singular, either, plural = spec.partition("|")
        if either:
            return singular if self.count == 1 else plural
        return f"{self.count:,.{0 if float(self.count).is_integer() else 1}f}"


def filled(text: Text | str, **values: Text | str | float) -> Text:
    """Fill the places of a text, or of the Words of one; numbers with separators of thousands."""
    words = Words(text) if isinstance(text, str) else text

    def fill(language: Language) -> str:
        shown = {
            name: Counted(value) if isinstance(value, int | float) else spoken(value, language)
            for name, value in values.items()
        }
        return words.of(language).format(**shown)

    return Composed(fill)


def listed(items: Sequence[str]) -> Text:
    """Write some names one after the other, with each language's own comma."""
    return Bilingual(", ".join(items), "、".join(items))


_missing: set[Language] = set()


def complaint() -> str:
    """Say in one sentence that texts were wanted that this installation lacks; empty if none."""
    if not _missing:
        return ""
    return (
        f"the texts for {', '.join(sorted(_missing))} are missing from {CATALOGUES}, so English "
        "stands there instead; nothing else is affected: install koosend again"
    )


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    """Load a catalogue; one that is missing or damaged must not stop a report in the night."""
    try:
        return gettext.translation(DOMAIN, CATALOGUES, [language])
    except (OSError, ValueError, struct.error):
        _missing.add(language)
        return gettext.NullTranslations()
