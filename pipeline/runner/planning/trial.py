"""Plan the first row's message to somebody's own phone, with every guarantee of a run."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.chunker import plan_chunks
from pipeline.core.errors import SourceDamaged, UsageError
from pipeline.core.model import Recipients, Rejection, RowBlock
from pipeline.core.phones import mask
from pipeline.core.templates import Templates
from pipeline.language import filled
from pipeline.ports import Ledger, RunRecord
from pipeline.ports.records import TRIAL
from pipeline.reader.files.source import fingerprint
from pipeline.reader.phones import normalise
from pipeline.reader.reading import read
from pipeline.report.texts.rejections import REJECTIONS
from pipeline.runner.planning.find import Sought, label, new_plan
from pipeline.runner.planning.plan import Planning, bounds_of, reader_options
from pipeline.runner.planning.routing import asks_handsets, learn_handsets, router_of
from pipeline.runner.planning.screening import unwanted
from pipeline.runner.planning.stdin import spooled
from pipeline.runner.session.account import accounts_of
from pipeline.settings import Campaign

NUMBERS_MAX = 100
"""More than one request of the smallest kind holds is no trial any more."""


def plan_trial(
    campaign: Campaign, ledger: Ledger, planning: Planning, numbers: Sequence[str]
) -> RunRecord:
    """Plan a run of its own that sends the first row's message to the given numbers.

    Numbers are no part of what a run is called by, so that a purge can forget them. Raises
    UsageError for what is no mobile number, and for one that must not be reached.
    """
    screened_to = ledger.screening.suppressions_end()
    phones = _phones(campaign, ledger, numbers)
    with spooled(campaign) as readable:
        sha256, size = fingerprint(readable.source.path)
        templates = planning.ask()
        block = _block(readable, templates, phones)
    now = planning.clock.now()
    meaning = {**campaign.meaning(), TRIAL: {"at": now, "numbers": len(phones)}}
    sought = Sought(sha256, meaning, planning.accounts or accounts_of(campaign))
    plan = replace(
        new_plan(campaign, sought, label(ledger, sought, 0), size, now),
        templates=templates,
        screened_to=screened_to,
    )
    router = router_of(campaign, ledger, planning.clock)
    if planning.handsets is not None and asks_handsets(campaign.message):
        learn_handsets(router, [block], ledger, planning.clock, planning.handsets)
    return ledger.plan(plan, plan_chunks([block], router, bounds=bounds_of(campaign)))


def _phones(campaign: Campaign, ledger: Ledger, numbers: Sequence[str]) -> list[str]:
    phones: dict[str, None] = {}
    for number in numbers:
        phone = normalise(number)
        if isinstance(phone, Rejection):
            raise UsageError(
                filled("--to {number}: {why}", number=mask(number), why=REJECTIONS[phone][0]),
                "KS0215",
            )
        phones[phone] = None
    if len(phones) > NUMBERS_MAX:
        raise UsageError(
            filled("a test send goes to at most {most} numbers", most=str(NUMBERS_MAX)), "KS0215"
        )
    found = list(phones)
    for at, reason in unwanted(campaign, ledger.screening)(found).items():
        raise UsageError(
            filled("--to {number}: {why}", number=mask(found[at]), why=REJECTIONS[reason][0]),
            "KS0215",
        )
    return found


def _block(campaign: Campaign, templates: Templates, phones: Sequence[str]) -> RowBlock:
    """Take the values of the first row whose number and values are good."""
    for block in read(reader_options(campaign, templates)):
        if block.recipients.phones:
            count = len(phones)
            values = tuple([column[0]] * count for column in block.recipients.values)
            recipients = Recipients(list(range(count)), list(phones), values)
            return replace(
                block, recipients=recipients, lines=[block.lines[0]] * count, rejected=()
            )
    raise SourceDamaged(
        filled(
            "{file} has no row that could be sent, whose values a test send could have; "
            "see koosend check",
            file=campaign.source.path.name,
        ),
        "KS6514",
    )
