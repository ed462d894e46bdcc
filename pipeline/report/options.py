"""Say what a report should be like."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.core.outcome import Outcome
from pipeline.core.pricing import Prices
from pipeline.language import Composed, Language, Text
from pipeline.ports import DaysCompared, Marks
from pipeline.report.texts.outcomes import NOTHING, OUTCOMES

ROWS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class CodeHelp:
    """What one of the provider's codes means, and what to do about it; empty where unknown."""

    meaning: Text = NOTHING
    advice: Text = NOTHING


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How a report is written.

    rows_max limits each list of the workbook; the .csv files are always whole. code_help explains
    the provider's codes, and says what to do about them. written_at is epoch seconds.
    messages_per_s is the campaign's limit, 0 for none, and only drawn. prices are the campaign's,
    for what the messages cost. compared is how KooMessage's daily reports stood to the ledger when
    they were last asked for. marks are what must be said before anything else. command_run
    and command_campaign are how a command line names the run and its campaign; where they are
    empty, by its id and by the file. masked: the workbook's lists show no number whole.
    """

    language: Language = Language.EN
    rows_max: int = ROWS_MAX
    code_help: Callable[[str], CodeHelp] = lambda _: CodeHelp()
    written_at: float | None = None
    messages_per_s: float = 0.0
    prices: Prices = field(default_factory=Prices)
    compared: DaysCompared | None = None
    marks: Marks = field(default_factory=Marks)
    command_run: str = ""
    command_campaign: str = ""
    masked: bool = False

    def advice_for(self, outcome: Outcome, code: str) -> Text:
        """Return what to do about rows of an outcome and a code."""
        usual = OUTCOMES[outcome].advice
        if outcome is Outcome.IN_DOUBT:
            return usual  # it must never be sent again, whatever its code advises
        helped = self.code_help(code).advice
        return Composed(lambda language: helped.of(language) or usual.of(language))
