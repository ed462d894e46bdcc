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
from pipeline.ports import NoticeKind
from pipeline.settings.account import Account
from pipeline.settings.bounds import (
    Amount,
    Count,
    FilePath,
    Name,
    OptionalVariable,
    Variable,
    Whole,
    Yuan,
    at_least,
    says,
    within,
)
from pipeline.settings.canary import Canary
from pipeline.settings.message import FallbackKeys, MessageKeys
from pipeline.settings.receipts import Receipts, place_of
from pipeline.settings.screening import PriceList, Screening

_PHONE = Words('name the phone column, or "#3" for the third column')


Leftovers = Literal["finish", "ask", "drop"]
"""What becomes of the rows that earlier runs left unsent, once there is a new list."""


USUAL_STATE = "var/koosend"


class CampaignKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """[campaign]: its name, what is sent, and the folder of the ledger and the runs.

    language: that of whatever is printed, mailed or reported; auto: that of the environment.
    """

    name: Name
    channel: Channel
    state: str = USUAL_STATE
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
    """[report]: in which language report.xlsx and the texts are; auto: as [campaign] says.

    deliver_to is a folder that page and workbook are copied to after a night, deliver_env names
    the variable of addresses that get them attached. No number is whole in them, unless
    deliver_unmasked says that the workbook's lists are to have them.
    """

    language: Literal["zh", "en", "auto"] = "auto"
    deliver_to: FilePath = FilePath()
    deliver_env: OptionalVariable = ""
    deliver_unmasked: bool = False


_NEED_NOBODY = {NoticeKind.FINISHED, NoticeKind.BOOKS_CLOSED, NoticeKind.REPORT}
_NEED_SOMEBODY = tuple(kind for kind in NoticeKind if kind not in _NEED_NOBODY)


class Notify(Struct, frozen=True, forbid_unknown_fields=True):
    """[notify]: who is told of what. Addresses are secrets: a variable or a file of one's own.

    heartbeat_url is called after each good night; heartbeat_env names a variable that holds it.
    """

    urls_env: OptionalVariable = ""
    urls_file: FilePath = FilePath()
    events: tuple[NoticeKind, ...] = _NEED_SOMEBODY
    heartbeat_url: str = ""
    heartbeat_env: OptionalVariable = ""

    @property
    def is_asked_for(self) -> bool:
        """Tell whether anybody is to be notified."""
        return bool(self.urls_env or self.urls_file)


START_EARLY_S = 3600
"""By how much a clock that is set back may let a scheduled run begin early."""


class Schedule(Struct, frozen=True, forbid_unknown_fields=True):
    """[schedule]: until when, in China's time, a scheduled run may begin; empty for any time.

    backup_to is a folder that a backup is made into every day, of which backup_keep are kept;
    purge_after_days: runs that ended longer ago are purged every day. 0: neither.
    """

    start_before: str = ""
    backup_to: FilePath = FilePath()
    backup_keep: Annotated[int, within(1, 3660, " backups")] = 14
    purge_after_days: Annotated[int, within(0, 36_600, " days; 0 purges nothing")] = 0

    def begins_until(self, at_s: int, now: float) -> float | None:
        """Return until when a run may begin that was to begin at at_s, in seconds of China's day.

        An epoch time; one that is over says that it comes too late. None for any time.
        """
        before_s = parse_clock(self.start_before)
        if before_s is None:
            return None
        closes_s = Window(at_s - START_EARLY_S, before_s).closes_in_s(now)
        return now + (closes_s or 0.0)


class Metrics(Struct, frozen=True, forbid_unknown_fields=True):
    """[metrics]: a file for node_exporter, and where `koosend serve` answers /metrics.

    textfile is absolute, or empty for none; listen is host and port, or empty for nowhere.
    """

    textfile: FilePath = FilePath()
    listen: str = ""
    token_env: Variable = "KOOSEND_METRICS_TOKEN"  # noqa: S105 -- a variable's name

    @property
    def place(self) -> tuple[str, int] | None:
        """Return host and port; None where nobody is to listen."""
        return place_of(self.listen) if self.listen else None


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
    metrics: Metrics | None = None
    notify: Notify = Notify()
