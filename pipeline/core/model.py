"""The values that the parts hand to each other.

Blocks are columnar: one sequence per field, all of one length n, in source order. A million rows
pass through them, so there is never one object per row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NewType


class Rejection(StrEnum):
    """Why a row is not sent to. The text for each stands in report/texts/outcomes.py."""

    PHONE_EMPTY = "phone_empty"
    PHONE_NOT_A_NUMBER = "phone_not_a_number"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_NOT_MOBILE = "phone_not_mobile"
    PHONE_LANDLINE = "phone_landline"
    PHONE_SERVICE = "phone_service"
    PHONE_LETTERS = "phone_letters"
    PHONE_FOREIGN = "phone_foreign"
    PHONE_ROUNDED = "phone_rounded"
    PHONE_SEVERAL = "phone_several"
    ROW_RAGGED = "row_ragged"
    TEXT_BESIDE_TABLE = "text_beside_table"
    CELL_NOT_KNOWN = "cell_not_known"
    VALUE_MISSING = "value_missing"
    VALUE_TOO_LONG = "value_too_long"
    VALUE_TOO_SHORT = "value_too_short"
    VALUE_FORBIDDEN = "value_forbidden"
    VALUE_CONTACT = "value_contact"
    VALUE_NOT_A_DATE = "value_not_a_date"
    VALUE_NOT_AN_AMOUNT = "value_not_an_amount"
    VALUE_NOT_LETTERS_DIGITS = "value_not_letters_digits"
    VALUE_NOT_A_NUMBER = "value_not_a_number"
    VALUE_NOT_A_LINK = "value_not_a_link"
    VALUE_GARBLED = "value_garbled"
    VALUE_MACHINE_NOTATION = "value_machine_notation"
    VALUE_DAY_NUMBER = "value_day_number"
    VALUE_LINK_NOT_PUBLIC = "value_link_not_public"
    VALUE_LINK_OTHER_DOMAIN = "value_link_other_domain"
    DUPLICATE_NUMBER = "duplicate_number"
    OPTED_OUT = "opted_out"
    UNCLEAR_REPLY = "unclear_reply"
    ON_SUPPRESSION_LIST = "on_suppression_list"
    ERASED = "erased"
    IN_SUPPRESS_FILE = "in_suppress_file"
    SAID_IN_COLUMN = "column"
    REACHED_RECENTLY = "reached_recently"
    REACHED_SINCE = "reached_since"
    SAME_CONTENT_TOO_OFTEN = "same_content_too_often"
    NUMBER_TOO_OFTEN = "number_too_often"
    NOT_ON_ALLOW_LIST = "not_on_allow_list"
    ALREADY_IN_RUN = "already_in_run"
    ALREADY_SENT = "already_sent"
    SUPERSEDED = "superseded"
    DROPPED = "dropped"


class Adjustment(StrEnum):
    """What was done to a value before it was judged."""

    FILLED_DOWN = "filled_down"
    DEFAULTED = "defaulted"
    SPACES = "spaces"
    DATED = "dated"
    PLAIN_AMOUNT = "plain_amount"
    TRUNCATED = "truncated"


RunId = NewType("RunId", str)
"""Eight lower-case letters and digits, derived from the source's content and the campaign."""

TaskName = NewType("TaskName", str)
"""The name of one attempt of one submission; ASCII, at most 20 characters."""

TaskId = NewType("TaskId", str)
"""KooMessage's name for what it took."""

CHUNK_RECIPIENTS_MAX = 5000


class Channel(StrEnum):
    """The product that carries a campaign's messages."""

    AIM = "aim"
    AIM_LINKS = "aim_links"
    AIM_BASIC = "aim_basic"
    SMS = "sms"
    LINKS_ONLY = "links_only"


class Route(StrEnum):
    """Which of a campaign's messages a submission carries.

    MAIN is the campaign's own. aim_links goes in two steps: PARSE makes the links, LINKED sends
    the SMS with them. SMS and VIDEO are the fallbacks; SKIP is never sent.
    """

    MAIN = "main"
    PARSE = "parse"
    LINKED = "linked"
    SMS = "sms"
    VIDEO = "video"
    SKIP = "skip"


class Policy(StrEnum):
    """What is done for a number whose handset cannot show the card."""

    SEND_ANYWAY = "send_anyway"
    SMS = "sms"
    AIM_BASIC = "aim_basic"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Recipients:
    """n rows that we may send to.

    rows: ordinals within the run, counted over every row read, from 0, ascending.
    phones: 11 digits each, mainland China, distinct within a chunk.
    values: one sequence of n texts for each of the campaign's fields, in the fields' order.
    """

    rows: Sequence[int]
    phones: Sequence[str]
    values: tuple[Sequence[str], ...]

    def __len__(self) -> int:
        """Count the recipients."""
        return len(self.rows)

    def part(self, start: int, stop: int) -> "Recipients":
        """Return positions start to stop, stop excluded."""
        return Recipients(
            self.rows[start:stop],
            self.phones[start:stop],
            tuple(column[start:stop] for column in self.values),
        )

    def pick(self, positions: Sequence[int]) -> "Recipients":
        """Return the recipients at some positions, in their order."""
        return Recipients(
            [self.rows[at] for at in positions],
            [self.phones[at] for at in positions],
            tuple([column[at] for at in positions] for column in self.values),
        )


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that we will not send to.

    sheet is empty for a text file. line counts as a spreadsheet shows it: the header is line 1
    where there is one. of_row is the ordinal of the first row with the same number, and of_line
    its line, for DUPLICATE_NUMBER. phone is 11 digits for a duplicate and for who was screened out,
    else the cell as it stood.
    cells is the whole row as it stood in the file, but for cells that are filled from the row
    above. column names the cell that is to blame.
    detail says more where the reason alone does not: which earlier run, which file.
    """

    row: int
    sheet: str
    line: int
    reason: Rejection
    column: str
    phone: str
    cells: tuple[str, ...]
    of_row: int | None = None
    of_line: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RowBlock:
    """What the reader hands on: a stretch of one sheet, split in sendable and rejected.

    header is the sheet's, empty where the file has none. lines has one entry for each of the
    recipients' rows.
    repaired counts numbers that were not 11 plain digits in the file and are now.
    adjusted counts by column what was done to recipients' values, so that nothing is silent.
    people are the recipients as later lists are held against them, where that was asked for.
    """

    sheet: str
    header: tuple[str, ...]
    recipients: Recipients
    lines: Sequence[int]
    rejected: tuple[RejectedRow, ...]
    repaired: int = 0
    adjusted: Mapping[tuple[str, Adjustment], int] = field(default_factory=dict)
    people: "People | None" = None


@dataclass(frozen=True, slots=True)
class PlannedSubmission:
    """One API request of a chunk: positions start to stop, stop excluded, or the picked of these.

    picked ascends. reason says why this way, where it is not the campaign's own.
    """

    submission: int
    start: int
    stop: int
    route: Route = Route.MAIN
    picked: tuple[int, ...] | None = None
    reason: str = ""

    @property
    def positions(self) -> Sequence[int]:
        """Return the positions of its chunk that it carries."""
        return range(self.start, self.stop) if self.picked is None else self.picked


@dataclass(frozen=True, slots=True)
class People:
    """Who n recipients are and what they get, as keyed digests of 8 bytes each, in their order.

    scheme says how they were made: only digests of one scheme can be compared.
    """

    scheme: str
    numbers: bytes
    messages: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """At most 5000 recipients in source order, with the submissions that will carry them.

    facts tell by position why a recipient goes another way than the campaign's own. people are its
    recipients as later lists are held against them.
    """

    chunk: int
    sheets: Sequence[str]
    lines: Sequence[int]
    recipients: Recipients
    submissions: tuple[PlannedSubmission, ...]
    facts: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    people: People | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """Where a template parameter's value comes from: a field's position, or a literal."""

    field: int | None = None
    literal: str = ""

    def of(self, recipients: Recipients) -> Sequence[str]:
        """Return the parameter's n values."""
        if self.field is None:
            return [self.literal] * len(recipients)
        return recipients.values[self.field]


@dataclass(frozen=True, slots=True)
class SmsLeg:
    """The plain SMS that carries a smart message: four fields that must match each other."""

    channel_number: str
    template: str
    signature: str
    app: str
    params: tuple[Value, ...] = ()
    link_position: int = 0

    def with_link(self, link: Value) -> "SmsLeg":
        """Return the SMS whose values include the link, at its place in the template."""
        at = self.link_position - 1
        return replace(self, params=(*self.params[:at], link, *self.params[at:]), link_position=0)


@dataclass(frozen=True, slots=True)
class VideoLeg:
    """The aim_basic message that some get instead of a card."""

    template: str
    params: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """What those get whose handsets cannot show the card; column is a row's own policy."""

    unsupported: Policy = Policy.SEND_ANYWAY
    column: Value | None = None
    sms: SmsLeg | None = None
    video: VideoLeg | None = None

    @property
    def asks(self) -> bool:
        """Tell whether capabilities must be known before anything is sent."""
        return self.unsupported is not Policy.SEND_ANYWAY or self.column is not None


@dataclass(frozen=True, slots=True)
class ShortUrl:
    """What a campaign says of its links' form (CreateResolveTask): empty where it says nothing.

    domains: the only ones that custom_url may lead to, with what lies below them.
    """

    domain: str = ""
    custom_code: Value | None = None
    custom_url: Value | None = None
    domains: tuple[str, ...] = ()


_CHANNELS = {
    Route.PARSE: Channel.LINKS_ONLY,
    Route.LINKED: Channel.AIM_LINKS,
    Route.SMS: Channel.SMS,
    Route.VIDEO: Channel.AIM_BASIC,
}


@dataclass(frozen=True, slots=True)
class Message:
    """What a campaign sends. params keep the campaign's order, which aim_basic relies on.

    expires_days is the life of links, 1..7 days. expires_hours is aim_basic's, 1..72. signatures
    are those of the user's own SMS that carries the links, up to 5.
    """

    channel: Channel
    template: str
    params: tuple[tuple[str, Value], ...] = ()
    expires_days: int = 7
    expires_hours: int = 24
    sms: SmsLeg | None = None
    fields: tuple[str, ...] = field(default=())
    signatures: tuple[str, ...] = ()
    fallback: Fallback = field(default_factory=Fallback)
    short_url: ShortUrl = field(default_factory=ShortUrl)

    def channel_of(self, route: Route) -> Channel:
        """Return the channel that carries a submission of that route."""
        return _CHANNELS.get(route, self.channel)

    def by(self, route: Route) -> "Message":
        """Return what a submission of that route sends.

        The link of a recipient stands as one more value behind the fields.
        """
        channel = self.channel_of(route)
        match route:
            case Route.MAIN | Route.SKIP:
                return self
            case Route.PARSE:
                return replace(self, channel=channel)
            case Route.LINKED:
                sms = self.sms and self.sms.with_link(Value(field=len(self.fields)))
                return replace(self, channel=channel, sms=sms)
            case Route.SMS:
                return replace(self, channel=channel, sms=self.fallback.sms, params=())
            case Route.VIDEO:
                video = self.fallback.video or VideoLeg("")
                return replace(self, channel=channel, template=video.template, params=video.params)
