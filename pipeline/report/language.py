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
