"""Say things in English and in Chinese."""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language that reports can be written in."""

    EN = "en"
    ZH = "zh"


@dataclass(frozen=True, slots=True)
class Words:
    """One text in each language."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        """Return the text in that language."""
        return self.zh if language is Language.ZH else self.en


@dataclass(frozen=True, slots=True)
class Counted:
    """A count as a text's place takes it: "{n}" is 1,234 and "{n:row is|rows are}" fits it."""

    count: float

    def __format__(self, spec: str) -> str:
        """Write the number, or that of the two forms which goes with it."""
        one, either, many = spec.partition("|")
        if either:
            return one if self.count == 1 else many
        return f"{self.count:,.{0 if float(self.count).is_integer() else 1}f}"


def filled(text: Words, **values: Words | str | float) -> Words:
    """Fill a text's places in both languages; numbers with separators of thousands."""
    english = {name: _shown(value, Language.EN) for name, value in values.items()}
    chinese = {name: _shown(value, Language.ZH) for name, value in values.items()}
    return Words(text.en.format(**english), text.zh.format(**chinese))


def _shown(value: Words | str | float, language: Language) -> str | Counted:
    if isinstance(value, Words):
        return value.of(language)
    return value if isinstance(value, str) else Counted(value)
