"""Read and plan a campaign without sending: what would happen, and how long it would take."""

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.chunker import plan_chunks
from pipeline.core.model import Chunk, Rejection, mask
from pipeline.ports import Clock, Rejects
from pipeline.reader import read
from pipeline.runner.planning import Progress, reader_options, told
from pipeline.runner.spool import spooled
from pipeline.settings import Campaign

EXAMPLES_MAX = 10
"""Rejected rows that are shown for each reason."""


@dataclass(frozen=True, slots=True)
class Example:
    """Where one rejected row stands. phone is masked."""

    sheet: str
    line: int
    column: str
    phone: str


@dataclass(slots=True)
class CheckReport:
    """What a run would do. duration_s is at the campaign's limits; 0 where it has none."""

    campaign: Campaign
    rows: int = 0
    recipients: int = 0
    chunks: int = 0
    submissions: int = 0
    duration_s: float = 0.0
    opens_in_s: float = 0.0
    reasons: Counter[Rejection] = field(default_factory=Counter)
    examples: dict[Rejection, list[Example]] = field(default_factory=dict)
    sample: tuple[tuple[str, Mapping[str, str]], ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the one object that --json prints."""
        return {
            "campaign": self.campaign.name,
            "rows": self.rows,
            "recipients": self.recipients,
            "chunks": self.chunks,
            "submissions": self.submissions,
            "duration_s": round(self.duration_s, 1),
            "rejected": {str(reason): n for reason, n in self.reasons.items()},
        }


def check_campaign(campaign: Campaign, clock: Clock, progress: Progress) -> CheckReport:
    """Read the whole source and plan it; nothing is sent and nothing recorded."""
    report = CheckReport(campaign, opens_in_s=campaign.limits.window.opens_in_s(clock.now()))
    with spooled(campaign) as readable:
        blocks = told(read(reader_options(readable)), progress)
        for item in plan_chunks(blocks, campaign.message.channel):
            if isinstance(item, Rejects):
                _count_rejects(report, item)
            else:
                _count_chunk(report, item)
    report.duration_s = _duration_s(report)
    return report


def _count_rejects(report: CheckReport, rejects: Rejects) -> None:
    report.rows += len(rejects.rows)
    for row in rejects.rows:
        report.reasons[row.reason] += 1
        examples = report.examples.setdefault(row.reason, [])
        if len(examples) < EXAMPLES_MAX:
            examples.append(Example(row.sheet, row.line, row.column, mask(row.phone)))


def _count_chunk(report: CheckReport, chunk: Chunk) -> None:
    if not report.sample:
        report.sample = _sample(report.campaign, chunk)
    report.rows += len(chunk.recipients)
    report.recipients += len(chunk.recipients)
    report.chunks += 1
    report.submissions += len(chunk.submissions)


def _sample(campaign: Campaign, chunk: Chunk) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Fill in the parameters of the first three recipients."""
    first = chunk.recipients.part(0, 3)
    message = campaign.message
    named = list(message.params)
    if message.sms is not None:
        named += [(f"SMS {n}", value) for n, value in enumerate(message.sms.params, start=1)]
    columns = [(name, value.of(first)) for name, value in named]
    return tuple(
        (mask(phone), {name: column[at] for name, column in columns})
        for at, phone in enumerate(itertools.islice(first.phones, 3))
    )


def _duration_s(report: CheckReport) -> float:
    limits = report.campaign.limits
    by_messages = report.recipients / limits.messages_per_s if limits.messages_per_s else 0.0
    by_calls = report.submissions / limits.calls_per_s if limits.calls_per_s else 0.0
    return max(by_messages, by_calls)
