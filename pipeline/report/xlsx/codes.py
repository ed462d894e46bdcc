"""Say codes in the reader's language, each with the code beside it, as the .csv files have it.

In English the codes stand alone: they are words already.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from pipeline.core.model import Channel
from pipeline.core.outcome import Outcome
from pipeline.language import Language, Words
from pipeline.report.figures.table import Cell
from pipeline.report.texts import words
from pipeline.report.texts.outcomes import outcome_words, reason_words
from pipeline.report.texts.safe import safe_cell

_HEADINGS: Mapping[str, Words] = {
    "sheet": Words("Sheet"),
    "row": Words("Row"),
    "phone": Words("Phone"),
    "outcome": words.OUTCOME,
    "reason": Words("Reason"),
    "channel": Words("Channel"),
    "chunk": Words("Chunk"),
    "task_name": Words("Task name"),
    "task_id": Words("Task id"),
    "submitted_at": Words("Sent at"),
    "delivered_at": Words("Delivered at"),
    "rendered_at": Words("Card shown at"),
    "code": words.CODE,
    "parts": Words("SMS parts"),
    "koosend_sheet": Words("Sheet"),
    "koosend_row": Words("Row"),
    "koosend_reason": Words("Reason"),
    "koosend_column": Words("Column"),
    "koosend_mend": Words("How to mend it"),
}


class SpokenCodes:
    """Say the codes of one run in one language; each different one is worked out once."""

    def __init__(self, language: Language, channel: Channel) -> None:
        """Know nothing yet."""
        self._language = language
        self._channel = channel
        self.outcome = cache(self._outcome)
        self.reason = cache(self._reason)
        self._channels = cache(self._channel_of)

    @property
    def is_needed(self) -> bool:
        """Tell whether codes are said at all."""
        return self._language is not Language.EN

    def heading(self, name: str) -> str:
        """Return the heading of one of our columns."""
        return self._beside(_HEADINGS[name], name)

    def column(self, name: str, cells: Sequence[Cell]) -> Sequence[Cell]:
        """Return a column of an outcome table with words for its codes."""
        said = {"outcome": self.outcome, "reason": self.reason, "channel": self._channels}
        if not self.is_needed or name not in said:
            return cells
        return [said[name](str(cell)) for cell in cells]

    def _outcome(self, code: str) -> str:
        return self._beside(outcome_words(Outcome(code), self._channel).name, code)

    def _reason(self, code: str) -> str:
        return self._beside(reason_words(code), code)

    def _channel_of(self, code: str) -> str:
        return self._beside(words.CHANNELS[Channel(code)], code) if code else ""

    def _beside(self, said: Words, code: str) -> str:
        text = said.of(self._language).rstrip("。")
        if not self.is_needed or not text or text == code:
            return code
        return safe_cell(f"{text}（{code}）")
