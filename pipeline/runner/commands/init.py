"""Propose a campaign for a spreadsheet, so that a person only fills in what the console shows."""

import os
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

from pipeline.core.errors import SourceDamaged, UsageError
from pipeline.core.model import Channel
from pipeline.language import Language, filled
from pipeline.ports.marks import REHEARSAL, Marks
from pipeline.reader.inspection import SheetLook, inspect
from pipeline.runner.proposal.comments import in_readers_language
from pipeline.runner.proposal.message import ABOUT, message_sections
from pipeline.runner.proposal.quoting import quoted
from pipeline.runner.proposal.seen import Size, fill_down_lines, seen, size_of
from pipeline.runner.session.marks import marks_of_endpoint
from pipeline.settings.account import EMULATOR, Account, mistakes
from pipeline.settings.slips.blanks import PHONE, Blank, blanks
from pipeline.settings.slips.files import refuse_campaign

_NO_NAME = re.compile(r"[^\w.-]+")
_COLUMNS_MAX = 3
_CANARY_ABOVE = 5_000
"""A longer list gets a canary: its first recipients must speak for the others."""

_REHEARSAL = (
    f'# {REHEARSAL}; for real: https://koomessage.myhuaweicloud.cn\nendpoint = "{EMULATOR}"'
)
_CANARY = """
[canary]
first = 500                         # these are sent to first; the others once they speak for them
wait_min = 60                       # and wait so long for what becomes of them
max_failed_share = 0.1              # more than a tenth that fails stops the run
"""
_LIVES = """
[emulator]                          # used with endpoint = "emulator" alone
link_lifetime_s = 20                # days, on a real account
report_timeout_s = 30               # 72 hours, on a real account
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a campaign is proposed for: which channel, which endpoint, and who reads of it."""

    channel: Channel = Channel.AIM
    endpoint: str = EMULATOR
    language: Language = Language.EN


@dataclass(frozen=True, slots=True)
class Proposal:
    """A campaign file's text, what a person must fill in there, and what is said of it first."""

    text: str
    blanks: tuple[Blank, ...]
    marks: Marks


def propose(spreadsheet: Path, folder: Path, wish: Wish) -> Proposal:
    """Write a commented campaign file for a spreadsheet, to be kept in a folder.

    Raises UsageError for a campaign file and for an endpoint that is none; SourceMissing and
    SourceDamaged as the reader does.
    """
    account = Account(wish.endpoint)
    for mistake in mistakes(account):
        raise UsageError(filled("--endpoint: {mistake}", mistake=mistake), "KS0203")
    refuse_campaign(spreadsheet)
    found = inspect(spreadsheet)
    sheet = found.best
    if sheet is None:
        raise SourceDamaged(
            filled(
                "{spreadsheet} holds no rows; name the spreadsheet with the numbers",
                spreadsheet=spreadsheet,
            ),
            "KS6502",
        )
    sent = _sent(sheet)
    size = size_of(spreadsheet, sheet.phone) if sheet.phone else Size()
    name = _NO_NAME.sub("-", spreadsheet.stem).strip("-") or "campaign"
    template = resources.files("pipeline.runner.commands").joinpath("campaign.toml")
    text = Template(template.read_text(encoding="utf-8")).substitute(
        seen=seen(spreadsheet, found, sheet, size, wish.language),
        name=quoted(name),
        channel=wish.channel,
        about=ABOUT[wish.channel],
        language=_language(wish.language),
        account=_account(wish.endpoint),
        path=quoted(os.path.relpath(spreadsheet.absolute(), folder)),
        phone=quoted(sheet.phone or PHONE),
        fill_down=fill_down_lines(sheet, sent, wish.language),
        message=message_sections(wish.channel, sent),
        max_messages=_ceiling(size),
        canary=_canary(wish.channel, size),
        emulator=_LIVES if wish.endpoint == EMULATOR else "",
    )
    text = in_readers_language(text, wish.language)
    return Proposal(text, blanks(text), marks_of_endpoint(account))


def _sent(sheet: SheetLook) -> list[str]:
    """Choose the first columns that may say something of somebody."""
    names = [
        column.name
        for column in sheet.columns
        if column.name != sheet.phone and not column.is_running_number
    ]
    return names[:_COLUMNS_MAX]


def _account(endpoint: str) -> str:
    if endpoint == EMULATOR:
        return _REHEARSAL
    return (
        f"endpoint = {quoted(endpoint)}\n"
        "# The keys are in the environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK."
    )


def _language(language: Language) -> str:
    chosen = "auto" if language is Language.EN else language.value
    key = f'language = "{chosen}"'
    return f"{key:<35} # of what is printed, mailed and reported: zh, en, or auto as $LANG says\n"


def _ceiling(size: Size) -> str:
    if not size.people:
        return "max_messages = 0                    # no ceiling; set it to twice your list"
    ceiling = f"max_messages = {2 * size.people}"
    return f"{ceiling:<35} # twice this list: a list that is far too long stops here"


def _canary(channel: Channel, size: Size) -> str:
    return _CANARY if size.people > _CANARY_ABOVE and channel is not Channel.LINKS_ONLY else ""
