"""What the page shows: values without layout, and whoever finds them out.

No text here holds a whole number, unless it was asked for; a Text is said in the reader's language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.language import Text

Said = Text | str


@dataclass(frozen=True, slots=True)
class FolderShown:
    """A state folder: key stands in addresses, name and path are for people.

    is_here: receipts are listened for on its behalf by this process.
    """

    key: str
    name: str
    path: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class RunPlace:
    """Which run is meant, of which state folder."""

    folder: str
    run: str


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many rows have an outcome: key names it, tone is good, plain, open, fair, bad, calm."""

    key: str
    name: Text
    count: int
    tone: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in a list. outcomes is None where they were not counted yet.

    mark is what must be said first of it, empty for the real thing; tone is the stage's. sentence
    says how many were sent to and got it.
    """

    place: RunPlace
    campaign: str
    kind: Said
    planned: str
    stage: Said
    tone: str
    rows: int
    outcomes: Sequence[OutcomeCount] | None
    mark: str = ""
    at_work: bool = False
    sentence: Said = ""

    @property
    def parts(self) -> Sequence[tuple[int, str]]:
        """Return the outcomes' counts with their tones, as a bar shows them."""
        return [(one.count, one.tone) for one in self.outcomes or ()]


@dataclass(frozen=True, slots=True)
class Night:
    """The runs of a night, from noon to noon in China, by the date it began on."""

    date: str
    runs: Sequence[RunLine]


@dataclass(frozen=True, slots=True)
class Nights:
    """The latest nights, or those before a date. earlier is the date to go on from, or empty.

    warnings are (state folder, sentence); at is when it was looked.
    """

    at: str
    nights: Sequence[Night]
    earlier: str = ""
    warnings: Sequence[tuple[str, Said]] = ()

    @property
    def marks(self) -> Sequence[str]:
        """Return what must be said first of the runs that are shown, each once."""
        runs = (run for night in self.nights for run in night.runs)
        return tuple(dict.fromkeys(run.mark for run in runs if run.mark))


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages that KooMessage took, slot by slot, the latest last.

    limit_per_s is what may be sent a second, 0 for no limit; ends_at is an epoch time.
    """

    slot_s: float
    counts: Sequence[int]
    ends_at: float
    limit_per_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong: when, what, the details as they were told, and what to do."""

    at: str
    what: Said
    detail: str = ""
    todo: Said = ""


@dataclass(frozen=True, slots=True)
class Started:
    """A command that was started from the page: by whom, when, how it ended (None: it has not)."""

    at: str
    who: str
    what: Said
    ended: Said | None
    log: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RunShown:
    """All of one run. done and total count recipients; left says how long it will take.

    standing is what people said of it and holds; is_over: nothing of it is left to send. report is
    the name of the page of its report, empty where none was written.
    """

    at: str
    line: RunLine
    meaning: Said
    notes: Sequence[Said]
    done: int
    total: int
    left: Said
    pace: Pace | None
    requests: Sequence[tuple[str, Text, int]]
    doubts: int
    troubles: Sequence[Trouble]
    standing: Sequence[Said]
    is_paused: bool
    is_stopped: bool
    limit: float
    is_over: bool
    report: str
    started: Sequence[Started] = ()


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Receipts of one kind: in all, in the last minute, not wholly understood, and the latest."""

    kind: str
    count: int
    recent: int
    odd: int
    latest: str


@dataclass(frozen=True, slots=True)
class ReceiptsShown:
    """What was pushed to a state folder. odd and last_replies are (when, text), latest first.

    listens is where receipts come, empty where another process listens or none does.
    """

    at: str
    listens: str
    receipts: Sequence[ReceiptLine]
    replies: int
    opt_outs: int
    unclear: int
    last_replies: Sequence[tuple[str, Said]]
    odd: Sequence[tuple[str, str]]
    turned_away: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class StoryShown:
    """The life of one row: lines are (when, what), end its outcome, with its tone and meaning."""

    line: Said
    phone: str
    run: RunPlace
    campaign: str
    lines: Sequence[tuple[str, Said]]
    end: Text
    tone: str
    meaning: Said
    mark: str = ""


@dataclass(frozen=True, slots=True)
class LifeShown:
    """What was found for a row or a number; listed tells of the suppression list."""

    stories: Sequence[StoryShown]
    listed: Sequence[tuple[str, Said]] = ()


@dataclass(frozen=True, slots=True)
class DoubtLine:
    """One request in doubt, or one that has no name left (then only giving it up is possible)."""

    name: str
    people: int
    first: str
    last: str
    sent: str
    why: str
    is_settled: bool
    is_proved: bool
    is_nameless: bool
    questions: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DoubtsShown:
    """A run's doubts; under_way counts requests whose process still works on them, or died."""

    line: RunLine
    found: Sequence[DoubtLine]
    under_way: int


@dataclass(frozen=True, slots=True)
class RerunShown:
    """What a rerun would send: chosen and left_out are (outcome, why, rows)."""

    line: RunLine
    rows: int
    chosen: Sequence[tuple[Text, Said, int]]
    left_out: Sequence[tuple[Text, Said, int]]
    price: Said
    unfinished: str


@dataclass(frozen=True, slots=True)
class ListShown:
    """The suppression list: how many stand on it and why; of one number, what was ever noted.

    history is (when, what). number is empty where none was asked for.
    """

    counts: Sequence[tuple[Text, int]]
    number: str = ""
    history: Sequence[tuple[str, Said]] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What an operator decides about doubts: release, assume_sent or give_up, and why."""

    decision: str
    names: Sequence[str]
    reason: str
    who: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """What an operator wants of a run: pause, resume, stop or limit, and why."""

    kind: str
    reason: str
    who: str
    messages_per_s: float = 0.0


class Desk(Protocol):
    """Whoever finds out what the page shows, and does what an operator wants.

    None stands for a folder or a run that is not there. Each raises KoosendError, whose sentence
    is for the reader; what is done returns a sentence on what follows.
    """

    def folders(self) -> Sequence[FolderShown]:
        """List the state folders."""

    async def nights(self, before: str = "") -> Nights:
        """List the runs of all state folders by night."""

    async def run(self, place: RunPlace) -> RunShown | None:
        """Show one run as it stands, or stood a moment ago."""

    async def report(self, place: RunPlace) -> bytes | None:
        """Read the page of a run's report."""

    async def receipts(self, folder: str, *, whole: bool = False) -> ReceiptsShown | None:
        """Show what was pushed to a state folder; whole shows numbers whole."""

    async def life(self, place: RunPlace, what: str, *, whole: bool = False) -> LifeShown | None:
        """Tell the life of a row of a run, or of a number; whole shows numbers whole."""

    async def doubts(self, place: RunPlace) -> DoubtsShown | None:
        """List a run's doubts."""

    async def rerun(self, place: RunPlace) -> RerunShown | None:
        """Say what a rerun would send and what it costs."""

    async def listed(self, folder: str, number: str, *, whole: bool = False) -> ListShown | None:
        """Look at the suppression list; number may be empty."""

    async def order(self, place: RunPlace, wanted: Ordered) -> Said:
        """Pause, resume, stop or limit a run."""

    async def decide(self, place: RunPlace, decided: Decided) -> Said:
        """Conclude doubts on a person's word."""

    async def start_rerun(self, place: RunPlace, who: str) -> Said:
        """Send the rerun, in a process of its own."""

    async def suppress(self, folder: str, number: str, reason: str, who: str) -> Said:
        """Put a number on the suppression list."""
