"""Say things in English, and in the languages whose catalogues stand in pipeline/locale.

A text stands in the code in English, as Words("...") or filled("...{place}...", place=...), where
`make words` finds it. The catalogue `locale/<language>/LC_MESSAGES/koosend.po` has the others; the
build compiles it. Used as a plain string a text is its English: so logs, JSON and the ledger stay
the same whoever reads the screen. It is said in the reader's language where it meets a reader.
"""

import gettext
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path, PurePath
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

    def __ne__(self, other: object) -> bool:
        return not self == other  # a string has its own, which compares the English alone

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


def text_of(said: str) -> Text:
    """Return a text; what is plain becomes one that is the same in all languages."""
    return said if isinstance(said, Text) else Text(said)


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

    def format_field(self, value: object, format_spec: str) -> str:
        return format(value, format_spec) if isinstance(value, Counted) else str(value)


_PLACES = _Places()


Value = str | float | PurePath
"""What may stand in a place."""


class Filled(Text):
    """A text with places, and what stands in them."""

    __slots__ = ("template", "values")
    template: Text
    values: Mapping[str, Value]

    def __new__(cls, template: Text, values: Mapping[str, Value]) -> Self:
        """Keep the parts of the text; its English is made at once."""
        text = super().__new__(cls, _fill(template, values, Language.EN))
        text.template, text.values = template, values
        return text

    def of(self, language: Language) -> str:
        """Return the text in that language."""
        return str(self) if language is Language.EN else _fill(self.template, self.values, language)


def filled(text: str, **values: Value) -> Text:
    """Fill the places of a text, or of the Words of one; numbers with separators of thousands."""
    return Filled(text if isinstance(text, Text) else Words(text), values)


def _fill(template: Text, values: Mapping[str, Value], language: Language) -> str:
    shown = {
        name: Counted(value) if isinstance(value, int | float) else _shown(value, language)
        for name, value in values.items()
    }
    return _PLACES.vformat(template.of(language), (), shown)


def _shown(value: str | PurePath, language: Language) -> str:
    return spoken(value, language) if isinstance(value, str) else str(value)


class Joined(Text):
    """Texts one behind the other, with something between."""

    __slots__ = ("by", "parts")
    parts: tuple[str, ...]
    by: str

    def __new__(cls, parts: tuple[str, ...], by: str) -> Self:
        """Keep the parts; their English is put together at once."""
        text = super().__new__(cls, str(by).join(map(str, parts)))
        text.parts, text.by = parts, by
        return text

    def of(self, language: Language) -> str:
        """Return the text in that language."""
        parts = (spoken(part, language) for part in self.parts)
        return str(self) if language is Language.EN else spoken(self.by, language).join(parts)


def joined(*parts: str, by: str = "") -> Text:
    """Put texts one behind the other, as a layout does that says nothing itself."""
    return Joined(parts, by)


def listed(items: Iterable[str]) -> Text:
    """Write some names or texts one after the other, with each language's own comma."""
    return joined(*items, by=COMMA)


COMMA = Bilingual(", ", "、")
SEMICOLON = Bilingual("; ", "；")
COLON = Bilingual(": ", "：")
BLANK = Bilingual(" ", "")
"""What stands between two texts: BLANK between two sentences."""


Packed = str | float | list["Packed"] | dict[str, "Packed"]
"""A text as plain values, for another process that knows the same catalogues."""


def packed(text: Value) -> Packed:
    """Take a text apart, so that whoever puts it together says it in any language."""
    match text:
        case Words():
            return ["words", str(text), text.context]
        case Bilingual():
            return ["bilingual", str(text), text.zh]
        case Filled():
            values = {name: packed(value) for name, value in text.values.items()}
            return ["filled", packed(text.template), values]
        case Joined():
            return ["joined", packed(text.by), *map(packed, text.parts)]
        case int() | float():
            return text
        case _:
            return str(text)


def unpacked(values: Packed) -> Text:
    """Put a text together again. Raises ValueError for what no text was packed as."""
    match values:
        case str():
            return Text(values)
        case ["words", str(en), str(context)]:
            return Words(en, context)
        case ["bilingual", str(en), str(zh)]:
            return Bilingual(en, zh)
        case ["filled", template, dict(places)]:
            return Filled(unpacked(template), {name: _value(one) for name, one in places.items()})
        case ["joined", by, *parts]:
            return Joined(tuple(map(unpacked, parts)), unpacked(by))
        case _:
            raise ValueError("no text")


def _value(values: Packed) -> Value:
    return values if isinstance(values, int | float) else unpacked(values)


def altered(text: str, change: Callable[[str], str]) -> str:
    """Return a text that is changed in whichever language it is said."""
    if not isinstance(text, Text):
        return change(text)
    return Composed(lambda language: change(text.of(language)))


def system_words(error: OSError) -> Text:
    """Say what the system refuses, in the words of its own that the catalogues know."""
    return Words(error.strerror or str(error))


SAID_BY_THE_SYSTEM = (
    marked("No such file or directory"),
    marked("Permission denied"),
    marked("Operation not permitted"),
    marked("No space left on device"),
    marked("Disk quota exceeded"),
    marked("Read-only file system"),
    marked("Not a directory"),
    marked("Is a directory"),
    marked("File exists"),
    marked("File name too long"),
    marked("Too many levels of symbolic links"),
    marked("Too many open files"),
    marked("Input/output error"),
    marked("Device or resource busy"),
    marked("Address already in use"),
    marked("Cannot assign requested address"),
    marked("Connection refused"),
    marked("Cannot allocate memory"),
)


_missing: set[Language] = set()


def is_spoken(language: Language) -> bool:
    """Tell whether the texts of a language are here, whole."""
    return language is Language.EN or bool(_catalogue(language).info())


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
