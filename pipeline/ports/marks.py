"""What must be said before anything else of a run, wherever it is said that something was sent."""

from dataclasses import dataclass

from pipeline.language import Text, Words, joined

REHEARSAL = Words("REHEARSAL / 演练, nobody was sent anything")
UNKNOWN_ENDPOINT = Words(
    "UNKNOWN ENDPOINT ON THIS MACHINE / 本机未知端点, it may lead to real people"
)
TEST_SEND = Words("TEST SEND / 测试发送")

_REHEARSAL, _TEST_SEND = "rehearsal-", "test-send-"
PREFIXES = frozenset({"", _REHEARSAL, _TEST_SEND, _REHEARSAL + _TEST_SEND})
"""What can stand before the names of a run's reports."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a run is beside the real thing; a run that only is that has none of them.

    rehearsal: the emulator took its messages. unknown_endpoint: what answers on this machine did
    not say what it is, so a tunnel may lead to the real provider. test_send: it went to named
    numbers instead of the list's.
    """

    rehearsal: bool = False
    unknown_endpoint: bool = False
    test_send: bool = False

    def __bool__(self) -> bool:
        """Tell whether there is anything to say first."""
        return self.rehearsal or self.unknown_endpoint or self.test_send

    @property
    def text(self) -> Text:
        """Return what is said first, in both languages; empty for the real thing."""
        said = (
            (self.rehearsal, REHEARSAL),
            (self.unknown_endpoint, UNKNOWN_ENDPOINT),
            (self.test_send, TEST_SEND),
        )
        return joined(*(text for holds, text in said if holds), by=" · ")

    @property
    def kinds(self) -> tuple[str, ...]:
        """Name what it is in words, as a column of a table has room for them."""
        said = (
            (self.rehearsal, Words("rehearsal")),
            (self.unknown_endpoint, Words("unknown endpoint")),
            (self.test_send, Words("test send")),
        )
        return tuple(name for holds, name in said if holds)

    @property
    def prefix(self) -> str:
        """Return what stands before the name of a file that leaves the run's folder."""
        return (_REHEARSAL if self.rehearsal else "") + (_TEST_SEND if self.test_send else "")

    def as_json(self) -> dict[str, bool]:
        """Return what --json says of it."""
        return {"rehearsal": self.rehearsal, "unknown_endpoint": self.unknown_endpoint}
