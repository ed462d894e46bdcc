"""Say things in English, and in the languages whose catalogues stand in pipeline/locale.

A text stands in the code in English, as Words("...") or filled("...{place}...", place=...), where
`make words` finds it. The catalogue `locale/<language>/LC_MESSAGES/koosend.po` has the others; the
build compiles it. Used as a plain string a text is its English: so logs, JSON and the ledger stay
the same whoever reads the screen. It is said in the reader's language where it meets a reader.
"""

import gettext
import struct
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Self

CATALOGUES = Path(__file__).with_name("locale")
DOMAIN = "koosend"


class Language(StrEnum):
    """A language that people can be spoken to in."""

    EN = "en"
    ZH = "zh"


VARIABLE = "KOOSEND_LANG"
_OF_THE_SYSTEM = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_named(name: str) -> Language | None:
    """Return the language of a name or a locale, such as zh or zh_CN.UTF-8; None for others."""
    known = name.strip().lower().replace("-", "_").partition(".")[0].partition("_")[0]
    return Language(known) if known in set(Language) else None


def environments_language(environ: Mapping[str, str]) -> Language:
    """Read the language from the environment: KOOSEND_LANG, else the locale, else English."""
    return language_named(environ.get(VARIABLE, "")) or system_language(environ)


def system_language(environ: Mapping[str, str]) -> Language:
    """Read the language of the locale, as other commands do; English where it is another."""
    for name in _OF_THE_SYSTEM:
        if environ.get(name):
            return language_named(environ[name]) or Language.EN
    return Language.EN


class Text(str):
    """What can be said in every language; as a plain string it is its English.

    A sentence that is put together with + or in an f-string is English alone: use filled, joined
    or listed. One of this class itself is the same in all languages.
    """

    __slots__ = ()

    def of(self, language: Language) -> str:
        """Return the text in that language."""
        del language
        return str(self)

    @property
    def en(self) -> str:
        """Return the text in English."""
        return str(self)

    def __copy__(self) -> "Text":
        return self

    def __deepcopy__(self, memo: object) -> "Text":
        return self


class Words(Text):
    """A text in English, by which the catalogues know it; context tells two of one wording apart.

    One that a catalogue does not know is said in English.
    """

    __slots__ = ("context",)
    context: str

    def __new__(cls, en: str = "", context: str = "") -> Self:
        """Keep the context beside the text."""
        words = super().__new__(cls, en)
        words.context = context
        return words

    def of(self, language: Language) -> str:
        """Return the text in that language."""
        if language is Language.EN or not self:
            return str(self)
        known = _catalogue(language)
        return known.pgettext(self.context, str(self)) if self.context else known.gettext(str(self))


class Bilingual(Text):
    """A text that comes from elsewhere in both languages; empty where one has none."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str) -> Self:
        """Keep the Chinese beside the English."""
        text = super().__new__(cls, en)
        text.zh = zh
        return text

    def of(self, language: Language) -> str:
        """Return the text in that language."""
        return self.zh if language is Language.ZH else str(self)

    def __eq__(self, other: object) -> bool:
        same = str(self) == other
        return same and self.zh == other.zh if isinstance(other, Bilingual) else same

    def __hash__(self) -> int:
        return hash(str(self))


class Composed(Text):
    """A text that is made of others when it is drawn."""

    __slots__ = ("_compose",)
    _compose: Callable[[Language], str]

    def __new__(cls, compose: Callable[[Language], str]) -> Self:
        """Keep what makes the text; its English is made at once."""
        text = super().__new__(cls, compose(Language.EN))
        text._compose = compose
        return text

    def of(self, language: Language) -> str:
        """Return the text in that language."""
        return str(self) if language is Language.EN else self._compose(language)


def marked(text: str) -> str:
    """Return the text as it is: `make words` finds it, and Words of it may be said later."""
    return text


def spoken(text: str, language: Language) -> str:
    """Return a text in that language; what is plain is the same in all."""
    return text.of(language) if isinstance(text, Text) else text


class Counted:
    """A count as a text's place takes it: "{n}" is 1,234 and "{n:row is|rows are}" fits it."""

    __slots__ = ("count",)

    def __init__(self, count: float) -> None:
        """Count."""
        self.count = count

    def __format__(self, spec: str) -> str:
        """Write the number, or that of the two forms which goes with it."""
        singular, either, plural = spec.partition("|")
        if either:
            return singular if self.count == 1 else plural
        return f"{self.count:,.{0 if float(self.count).is_integer() else 1}f}"


class _Places(Formatter):
    """Fills places by their names alone, so that no text reaches into what fills it."""

    def get_field(
        self, field_name: str, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> tuple[object, str]:
        del args
        return kwargs[field_name], field_name


_PLACES = _Places()


class Filled(Text):
    """A text with places, and what stands in them."""

    __slots__ = ("template", "values")
    template: Text
    values: Mapping[str, str | float]

    def __new__(cls, template: Text, values: Mapping[str, str | float]) -> Self:
        """Keep the parts of the text; its English is made at once."""
        text = super().__new__(cls, _fill(template, values, Language.EN))
        text.template, text.values = template, values
        return text

    def of(self, language: Language) -> str:
        """Return the text in that language."""
        return str(self) if language is Language.EN else _fill(self.template, self.values, language)


def filled(text: str, **values: str | float) -> Text:
    """Fill the places of a text, or of the Words of one; numbers with separators of thousands."""
    return Filled(text if isinstance(text, Text) else Words(text), values)


def _fill(template: Text, values: Mapping[str, str | float], language: Language) -> str:
    shown = {
        name: Counted(value) if isinstance(value, int | float) else spoken(value, language)
        for name, value in values.items()
    }
    return _PLACES.vformat(template.of(language), (), shown)


def joined(*parts: str, by: str = "") -> Text:
    """Put texts one behind the other, as a layout does that says nothing itself."""
    return Composed(lambda language: spoken(by, language).join(spoken(p, language) for p in parts))


def listed(items: Sequence[str]) -> Text:
    """Write some names or texts one after the other, with each language's own comma."""
    return joined(*items, by=Bilingual(", ", "、"))


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
