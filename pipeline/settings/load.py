"""Read a campaign file; every mistake ends in one sentence that names the key and the mend."""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import msgspec

from pipeline.core.errors import CampaignInvalid, LedgerUnwritable
from pipeline.core.times import in_china
from pipeline.language import Language, Words, filled, language_named, system_words
from pipeline.ledger.sqlite.owners import refuse_foreign_links
from pipeline.settings import checks
from pipeline.settings.bounds import FilePath, Name, at_home, path_slip
from pipeline.settings.campaign import Campaign
from pipeline.settings.keys import USUAL_STATE, CampaignFile, Notify, Report
from pipeline.settings.message import message_of
from pipeline.settings.slips.blanks import blanks, unfilled
from pipeline.settings.slips.files import BYTES_MAX, instead_of_campaign
from pipeline.settings.slips.toml import syntax_slip
from pipeline.settings.slips.wrong_keys import sentence_of
from pipeline.settings.values import shapes_of

_NO_CAMPAIGN = "KS7803"


def load_campaign(path: Path, now: float) -> Campaign:
    """Read and check a campaign file.

    now (epoch seconds) fills {date:...} in the source's path. Raises CampaignInvalid.
    """
    file = path.absolute()
    text = _read(file)
    table = _parse(file, text)
    if left := blanks(text):
        _refuse(file, unfilled(left))
    keys = _sections(file, table, now)
    campaign = Campaign(
        file=file,
        name=keys.campaign.name,
        state=_state(file, keys.campaign.state),
        account=keys.account,
        source=keys.source,
        message=message_of(keys.campaign.channel, keys.message, keys.fallback),
        limits=keys.limits,
        doubt=keys.doubt,
        emulator=keys.emulator,
        capability_days=keys.fallback.capability_days,
        receipts=keys.receipts,
        values=shapes_of(keys.message.values, keys.source.fill_down),
        preflight=keys.preflight,
        screening=keys.screening,
        prices=keys.prices.in_micro(),
        canary=keys.canary,
        leftovers=keys.campaign.leftovers,
        report=keys.report,
        schedule=keys.schedule,
        metrics=keys.metrics,
        notify=keys.notify,
        language=None if keys.campaign.language == "auto" else Language(keys.campaign.language),
    )
    for mistake in checks.mistakes(campaign):
        _refuse(file, mistake)
    return campaign


@dataclass(frozen=True, slots=True)
class Reachable:
    """What a wrong campaign file still says: who is told of it, and where that is kept."""

    file: Path
    name: str
    state: Path
    notify: Notify
    language: Language | None


def who_is_told(path: Path, now: float) -> Reachable | None:
    """Read of a campaign file who is to be told that it is wrong; None where that is wrong too."""
    file = path.absolute()
    try:
        table = _parse(file, _read(file))
        found = msgspec.convert(table, _Told, dec_hook=_paths(file.parent, now))
        state = _state(file, found.campaign.state)
    except (CampaignInvalid, msgspec.ValidationError):
        return None
    own = found.report.language
    language = language_named(found.campaign.language if own == "auto" else own)
    return Reachable(file, found.campaign.name, state, found.notify, language)


class _Name(msgspec.Struct, frozen=True):
    name: Name
    state: str = USUAL_STATE
    language: str = "auto"


class _Told(msgspec.Struct, frozen=True):
    campaign: _Name
    notify: Notify = Notify()
    report: Report = Report()


def _state(file: Path, written: str) -> Path:
    """Return the state folder behind all links, each of which must be the user's own."""
    if slip := path_slip(written):
        _refuse(file, filled("the key campaign.state is wrong: {slip}; mend the value", slip=slip))
    folder = file.parent / at_home(written)
    try:
        refuse_foreign_links(folder)
    except LedgerUnwritable as error:
        _refuse(file, filled("[campaign] state: {error}", error=error.text))
    return folder.resolve()


def _refuse(file: Path, sentence: str, code: str = "") -> NoReturn:
    said = filled("{file}: {sentence}", file=file, sentence=sentence)
    raise CampaignInvalid(said, code) from None


def _read(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        why = system_words(error) if isinstance(error, OSError) else Words("no such name")
        words = filled("the campaign file cannot be read ({why}); check the path", why=why)
        _refuse(file, words, _NO_CAMPAIGN)
    other = instead_of_campaign(file, data)
    if len(data) > BYTES_MAX:
        large = Words("is over 1 MiB, which no campaign file is; name the TOML file, not the data")
        _refuse(file, other or large, _NO_CAMPAIGN)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse(
            file, other or Words("is not UTF-8 text; save the campaign file as UTF-8"), _NO_CAMPAIGN
        )


def _parse(file: Path, text: str) -> Mapping[str, object]:
    other = instead_of_campaign(file, text.encode())
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _refuse(file, other or syntax_slip(text, str(error)), _NO_CAMPAIGN)
    except RecursionError:
        deep = Words("has brackets within brackets, deeper than any key is; take them away")
        _refuse(file, other or deep, _NO_CAMPAIGN)
    except ValueError:  # what the interpreter says of whole numbers with thousands of digits
        _refuse(
            file,
            other or Words("has a number of more digits than any key takes; mend it"),
            _NO_CAMPAIGN,
        )


def _sections(file: Path, table: Mapping[str, object], now: float) -> CampaignFile:
    try:
        return msgspec.convert(table, CampaignFile, dec_hook=_paths(file.parent, now))
    except msgspec.ValidationError as error:
        _refuse(file, sentence_of(str(error), table))


def _paths(folder: Path, now: float) -> Callable[[type, object], object]:
    """Return what reads paths: the source's is a Path, any other a FilePath."""

    def read(kind: type, written: object) -> object:
        if not isinstance(written, str):
            raise TypeError(f"Expected `str`, got `{type(written).__name__}`")
        if slip := path_slip(written):
            raise ValueError(slip)
        if kind is Path:
            return _source_path(folder, written, now)
        return FilePath((folder / at_home(written)).resolve() if written else "")

    return read


def _source_path(folder: Path, text: str, now: float) -> Path:
    if text == "-":
        return Path(text)
    today = in_china(now)

    def fill(found: re.Match[str]) -> str:
        return today.strftime(found[1])

    named = re.sub(r"\{date:([^{}]*)\}", fill, text)
    if slip := path_slip(named):
        raise ValueError(slip)
    return Path(os.path.normpath(folder / at_home(named)))
