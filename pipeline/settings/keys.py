"""The campaign file's sections, with their types, bounds and defaults: a file is read into them.

Sections that have more to say stand in modules of their own. Every key is documented in
docs/reference/campaign-file.md; a house test holds that.
"""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from pipeline.core.model import CHUNK_RECIPIENTS_MAX, Channel
from pipeline.core.times import Window, parse_clock, parse_span, parse_window
from pipeline.language import Words, filled, marked
from pipeline.settings.account import Account
from pipeline.settings.bounds import (
    Amount,
    Count,
    FilePath,
    Name,
    Whole,
    Yuan,
    at_least,
    says,
    within,
)
from pipeline.settings.canary import Canary
from pipeline.settings.message import FallbackKeys, MessageKeys
from pipeline.settings.receipts import Receipts
from pipeline.settings.screening import PriceList, Screening

_PHONE = Words('name the phone column, or "#3" for the third column')


Leftovers = Literal["finish", "ask", "drop"]
"""What becomes of the rows that earlier runs left unsent, once there is a new list."""


class CampaignKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """[campaign]: its name, what is sent, and the folder of the ledger and the runs.

    language: that of whatever is printed, mailed or reported; auto: that of the environment.
    """

    name: Name
    channel: Channel
    state: str = "var/koosend"
    leftovers: Leftovers = "finish"
    language: Literal["zh", "en", "auto"] = "auto"


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """[source]: where the rows are. path is absolute, or "-" for standard input.

    fill_down: columns whose empty cells have the value of the row above.
    unchanged: whether a list that was sent on an earlier day is told to a person (79), or is well.
    settled_s is for how long nobody may have written to it; None for what the endpoint needs.
    done_marker must be there as well; wait_for: for how long both are waited for.
    """

    path: Path
    phone: Annotated[str, Meta(pattern=r"\S", extra=says(_PHONE))]
    sheet: str | None = None
    encoding: str = "auto"
    fill_down: tuple[str, ...] = ()
    unchanged: Literal["ask", "ok"] = "ask"
    settled_s: Amount | None = None
    done_marker: Path | None = None
    wait_for: str = "0"

    @property
    def wait_s(self) -> float:
        """Return wait_for in seconds; what is no span was refused when the file was read."""
        return parse_span(self.wait_for) or 0.0


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """[limits]: how fast, when and how much may be sent. 0 means no limit.

    answer_s is how long a request waits for its whole answer. recipients_per_request is 0 for
    what the product allows. A list with a larger share of invalid rows than max_rejected_share, or
    with fewer people than min_recipients, is not sent; one below usual_share of the usual size, or
    as far above, is asked about.
    """

    messages_per_s: Amount = 1000.0
    calls_per_s: Amount = 20.0
    concurrency: Annotated[int, within(1, 256, marked(" requests at once"))] = 32
    answer_s: Annotated[float, within(1, 300, marked(" seconds"))] = 30.0
    hours: str = field(default="", name="window")
    outside_window: Literal["stop", "wait"] = "stop"
    max_messages: Count = 0
    max_cost: Yuan = 0.0
    same_number_days: Annotated[int, within(0, 3660, marked(" days; 0 is no limit"))] = 0
    max_rejected_share: Annotated[float, within(0, 1, marked("; 1 is no bound"))] = 0.2
    min_recipients: Count = 1
    usual_share: Annotated[float, within(0, 1, marked("; 0 asks never"))] = 1 / 3
    recipients_per_request: Annotated[
        int,
        Meta(
            ge=0,
            le=CHUNK_RECIPIENTS_MAX,
            extra=says(
                filled(
                    "be 1 to {most}, or 0 for what the product allows",
                    most=str(CHUNK_RECIPIENTS_MAX),
                )
            ),
        ),
    ] = 0

    @property
    def window(self) -> Window:
        """Return the hours of the day; what is none was refused when the file was read."""
        return parse_window(self.hours) or Window()


class Doubt(Struct, frozen=True, forbid_unknown_fields=True):
    """[doubt]: how a lost answer is settled.

    attempts_max: messages that one person may at most get without a person's word.
    """

    settle_s: Amount = 1200.0
    then: Literal["auto", "hold", "resend", "assume_sent"] = "auto"
    attempts_max: Annotated[int, at_least(1, marked("1 or more messages"))] = 2


class EmulatorWorld(Struct, frozen=True, forbid_unknown_fields=True):
    """[emulator]: how the embedded emulator is started. What is 0 or empty is its own default."""

    seed: Whole = 1
    rate: Count = 0
    world: FilePath = FilePath()
    faults: FilePath = FilePath()
    journal: FilePath = FilePath()
    link_lifetime_s: Amount = 0.0
    report_timeout_s: Amount = 0.0


class Preflight(Struct, frozen=True, forbid_unknown_fields=True):
    """[preflight]: whether KooMessage is asked about templates and the like before a new run."""

    ask: bool = True


class Report(Struct, frozen=True, forbid_unknown_fields=True):
    """[report]: in which language report.xlsx and the texts are; auto: as [campaign] says."""

    language: Literal["zh", "en", "auto"] = "auto"


START_EARLY_S = 3600
"""By how much a clock that is set back may let a scheduled run begin early."""


class Schedule(Struct, frozen=True, forbid_unknown_fields=True):
    """[schedule]: until when, in China's time, a scheduled run may begin; empty for any time."""

    start_before: str = ""

    def begins_until(self, at_s: int, now: float) -> float | None:
        """Return until when a run may begin that was to begin at at_s, in seconds of China's day.

        An epoch time; one that is over says that it comes too late. None for any time.
        """
        before_s = parse_clock(self.start_before)
        if before_s is None:
            return None
        closes_s = Window(at_s - START_EARLY_S, before_s).closes_in_s(now)
        return now + (closes_s or 0.0)


class CampaignFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    campaign: CampaignKeys
    account: Account
    source: Source
    message: MessageKeys
    fallback: FallbackKeys = FallbackKeys()
    limits: Limits = Limits()
    doubt: Doubt = Doubt()
    receipts: Receipts | None = None
    emulator: EmulatorWorld = EmulatorWorld()
    preflight: Preflight = Preflight()
    screening: Screening = Screening()
    prices: PriceList = PriceList()
    canary: Canary | None = None
    report: Report = Report()
    schedule: Schedule = Schedule()
