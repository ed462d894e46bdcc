"""Say what a report should be like."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.core.outcome import Outcome
from pipeline.core.pricing import Prices
from pipeline.ports import DaysCompared
from pipeline.report.texts.outcomes import OUTCOMES, Language, Words

ROWS_MAX = 100_000

_NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class CodeHelp:
    """What one of the provider's codes means, and what to do about it; empty where unknown."""

    meaning: Words = _NOTHING
    advice: Words = _NOTHING


def _unknown(code: str) -> str:
    """Know no code."""
    del code
    return ""


def _no_help(code: str) -> CodeHelp:
    """Help with no code."""
    del code
    return CodeHelp()


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How a report is written.

    rows_max limits each list of the workbook; the .csv files are always whole. code_meaning
    explains the provider's codes in English; code_help does in both languages, says what to do,
    and comes first. written_at is epoch seconds. messages_per_s is the campaign's limit, 0 for
    none, and only drawn. prices are the campaign's, for what the messages cost. compared is how
    KooMessage's daily reports stood to the ledger when they were last asked for.
    """

    language: Language = Language.EN
    rows_max: int = ROWS_MAX
    code_meaning: Callable[[str], str] = _unknown
    code_help: Callable[[str], CodeHelp] = _no_help
    written_at: float | None = None
    messages_per_s: float = 0.0
    prices: Prices = field(default_factory=Prices)
    compared: DaysCompared | None = None

    def meaning_of(self, code: str) -> Words:
        """Return what a code means; the same in both languages where only English is known."""
        known = self.code_meaning(code)
        helped = self.code_help(code).meaning
        return Words(helped.en or known, helped.zh or known)

    def advice_for(self, outcome: Outcome, code: str) -> Words:
        """Return what to do about rows of an outcome and a code."""
        usual = OUTCOMES[outcome].advice
        # What is in doubt must never be sent again, whatever its code advises.
        helped = _NOTHING if outcome is Outcome.IN_DOUBT else self.code_help(code).advice
        return Words(helped.en or usual.en, helped.zh or usual.zh)
