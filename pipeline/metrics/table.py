"""The closed list of metrics, named as Prometheus names them.

Labels have few values each: a campaign, a channel, an outcome, a state, a code. None ever holds a
number, a name of a person, a run or a path.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Self

from pipeline.measures import Spread

_OF_RUN = ("campaign", "channel", "rehearsal")
_OF_COMMANDS = ("campaign", "rehearsal")

Kind = Literal["gauge", "counter", "histogram"]


class Metric(StrEnum):
    """List every metric, with its kind, its labels and its meaning."""

    kind: Kind
    labels: tuple[str, ...]
    meaning: str

    def __new__(
        cls, name: str, kind: Kind = "gauge", labels: tuple[str, ...] = (), meaning: str = ""
    ) -> Self:
        """Make a member that is equal to its name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.kind = kind
        member.labels = labels
        member.meaning = meaning
        return member

    BUILD = "koosend_build_info", "gauge", ("version",), "Always 1: which koosend tells this."
    ROWS = (
        "koosend_rows",
        "gauge",
        (*_OF_RUN, "outcome"),
        "Rows of the campaign's latest run, by what became of them.",
    )
    SUBMISSIONS = (
        "koosend_submissions",
        "gauge",
        (*_OF_RUN, "state"),
        "Requests of the campaign's latest run, by their state.",
    )
    MESSAGES = (
        "koosend_messages",
        "gauge",
        _OF_RUN,
        "Messages of the campaign's latest run that KooMessage took.",
    )
    DOUBTS = (
        "koosend_doubts",
        "gauge",
        _OF_RUN,
        "Requests in doubt, of all the campaign's runs.",
    )
    OLDEST_DOUBT = (
        "koosend_oldest_doubt_timestamp_seconds",
        "gauge",
        _OF_RUN,
        "When the oldest of these requests left; missing while there is none.",
    )
    LAST_PLANNED = (
        "koosend_last_run_timestamp_seconds",
        "gauge",
        _OF_RUN,
        "When the campaign's latest run was planned.",
    )
    LAST_GOOD_NIGHT = (
        "koosend_last_good_night_timestamp_seconds",
        "gauge",
        _OF_RUN,
        "When a list of the campaign was last sent to its end; missing before the first time.",
    )
    LAST_EXIT = (
        "koosend_last_exit_code",
        "gauge",
        ("campaign", "rehearsal", "command"),
        "Exit code of the latest command that worked on the campaign.",
    )
    LAST_EXIT_AT = (
        "koosend_last_exit_timestamp_seconds",
        "gauge",
        ("campaign", "rehearsal", "command"),
        "When that command ended.",
    )
    CALLS = (
        "koosend_calls_total",
        "counter",
        ("campaign", "rehearsal", "operation", "code"),
        "Calls of KooMessage, by the operation and the code of the answer.",
    )
    ADMITTED_CALLS = (
        "koosend_admitted_calls_total",
        "counter",
        _OF_COMMANDS,
        "Calls that the pace let leave: their rate is the rate used.",
    )
    ADMITTED_MESSAGES = (
        "koosend_admitted_messages_total",
        "counter",
        _OF_COMMANDS,
        "Messages in the calls that the pace let leave.",
    )
    ALLOWED_CALLS = (
        "koosend_allowed_calls_per_second",
        "gauge",
        _OF_COMMANDS,
        "Calls a second that are allowed, also by what KooMessage refused; missing for no limit.",
    )
    ALLOWED_MESSAGES = (
        "koosend_allowed_messages_per_second",
        "gauge",
        _OF_COMMANDS,
        "Messages a second that are allowed; missing for no limit.",
    )
    COMMITS = (
        "koosend_ledger_commit_seconds",
        "histogram",
        _OF_COMMANDS,
        "How long transactions of the ledger and the account's store took to be on disk.",
    )
    RECEIPTS = (
        "koosend_receipts_total",
        "counter",
        ("campaign", "kind"),
        "Receipts that the state folder keeps, by what they speak of.",
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """A metric's value for some labels, in the order of the metric's own; a Spread for one kind."""

    metric: Metric
    labels: Sequence[str]
    value: float | Spread
