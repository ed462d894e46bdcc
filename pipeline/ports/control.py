"""What people say of a run from another shell: it is kept, and the process at work heeds it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import assert_never

from pipeline.core.times import time_in_china
from pipeline.language import Text, Words, filled


class ControlKind(StrEnum):
    """What is said. resume takes back a pause and a stop, go_on a stop alone."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    GO_ON = "go_on"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class ControlRecord:
    """One thing that a person said of a run; why may be empty.

    messages_per_s is what a limit allows; 0 takes the limit off.
    """

    at: float
    kind: ControlKind
    who: str
    why: str = ""
    messages_per_s: float = 0.0

    @property
    def sentence(self) -> Text:
        """Say what holds since then, by whose word and why, as the end of a sentence."""
        why = f" ({self.why})" if self.why else ""
        return filled(
            "{what} by {who} at {time}{why}",
            what=self._what,
            who=self.who,
            time=time_in_china(self.at),
            why=why,
        )

    @property
    def _what(self) -> Text:
        match self.kind:
            case ControlKind.PAUSE:
                return Words("paused")
            case ControlKind.STOP:
                return Words("stopped")
            case ControlKind.RESUME | ControlKind.GO_ON:
                return Words("let go on")
            case ControlKind.LIMIT if self.messages_per_s:
                one = Words("limited to 1 message per second")
                rate = f"{self.messages_per_s:,.10g}"
                many = filled("limited to {rate} messages per second", rate=rate)
                return one if self.messages_per_s == 1 else many
            case ControlKind.LIMIT:
                return Words("limited no longer")
            case _:
                assert_never(self.kind)

    def as_json(self) -> dict[str, object]:
        """Return one object of what --json prints."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Control:
    """What holds of a run by people's words; None where nothing does."""

    pause: ControlRecord | None = None
    stop: ControlRecord | None = None
    limit: ControlRecord | None = None

    @classmethod
    def of(cls, said: Iterable[ControlRecord]) -> "Control":
        """Return what holds after all that was said, the earliest first."""
        holds = cls()
        for record in said:
            holds = holds.after(record)
        return holds

    def after(self, record: ControlRecord) -> "Control":
        """Return what holds after one more word. Who pauses a paused run changes nothing."""
        match record.kind:
            case ControlKind.PAUSE:
                return replace(self, pause=self.pause or record)
            case ControlKind.STOP:
                return replace(self, stop=self.stop or record)
            case ControlKind.RESUME:
                return replace(self, pause=None, stop=None)
            case ControlKind.GO_ON:
                return replace(self, stop=None)
            case ControlKind.LIMIT:
                return replace(self, limit=record if record.messages_per_s else None)
            case _:
                assert_never(record.kind)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Say each thing that holds, without a full stop."""
        return tuple(record.sentence for record in self.standing)

    @property
    def standing(self) -> tuple[ControlRecord, ...]:
        """List what holds."""
        held = (self.stop, self.pause, self.limit)
        return tuple(record for record in held if record is not None)

    def as_json(self) -> dict[str, object]:
        """Return what --json prints: null where nothing holds."""
        held = {"pause": self.pause, "stop": self.stop, "limit": self.limit}
        return {name: record and record.as_json() for name, record in held.items()}
