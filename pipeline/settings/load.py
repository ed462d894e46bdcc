"""Read a campaign file; every mistake ends in one sentence that names the key and the mend."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import msgspec

from pipeline.core.errors import CampaignInvalid
from pipeline.core.pricing import Prices
from pipeline.core.times import in_china, parse_window
from pipeline.settings import checks
from pipeline.settings.account import account_of, mixed
from pipeline.settings.campaign import (
    Campaign,
    Doubt,
    EmulatorWorld,
    Limits,
    Preflight,
    Source,
)
from pipeline.settings.canary import canary_of
from pipeline.settings.keys import CampaignFile
from pipeline.settings.message import Fields, message_of
from pipeline.settings.receipts import receipts_of
from pipeline.settings.screening import prices_of, screening_of
from pipeline.settings.values import shapes_of

_BYTES_MAX = 1 << 20


def load_campaign(path: Path, now: float) -> Campaign:
    """Read and check a campaign file.

    now (epoch seconds) fills {date:...} in the source's path. Raises CampaignInvalid.
    """
    file = path.absolute()
    text = _read(file)
    keys = _shape(file, _parse(file, text))
    if mistake := mixed(keys.account):
        _refuse(file, mistake)
    fields = Fields()
    message = message_of(keys.campaign.channel, keys.message, keys.fallback, fields)
    campaign = Campaign(
        file=file,
        name=keys.campaign.name,
        state=(file.parent / keys.campaign.state).resolve(),
        account=account_of(keys.account, file.parent),
        source=Source(
            path=_source_path(file, keys.source.path, now),
            phone=keys.source.phone,
            sheet=keys.source.sheet,
            encoding=keys.source.encoding,
            fields=tuple(fields.names),
        ),
        message=message,
        limits=_limits(file, keys),
        doubt=Doubt(keys.doubt.settle_s, keys.doubt.then, keys.doubt.attempts_max),
        emulator=_emulator(file, keys),
        fallback=keys.fallback.unsupported,
        capability_days=keys.fallback.capability_days,
        receipts=receipts_of(keys.receipts),
        values=shapes_of(keys.message.values),
        preflight=Preflight(keys.preflight.ask),
        screening=screening_of(keys.screening, keys.limits.same_number_days, file.parent),
        prices=_prices(file, keys),
        canary=canary_of(keys.canary),
        leftovers=keys.campaign.leftovers,
        text=text,
    )
    for check in checks.ALL:
        mistake = check(campaign)
        if mistake:
            _refuse(file, mistake)
    return campaign


def _refuse(file: Path, sentence: str) -> NoReturn:
    raise CampaignInvalid(f"{file}: {sentence}") from None


def _read(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(_BYTES_MAX + 1)
    except OSError as error:
        _refuse(file, f"the campaign file cannot be read ({error.strerror}); check the path")
    if len(data) > _BYTES_MAX:
        _refuse(file, "is over 1 MiB, which no campaign file is; name the TOML file, not the data")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse(file, "is not UTF-8 text; save the campaign file as UTF-8")


def _parse(file: Path, text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _refuse(file, f"is not valid TOML: {error}; mend that line")


def _shape(file: Path, table: Mapping[str, object]) -> CampaignFile:
    try:
        return msgspec.convert(table, CampaignFile)
    except msgspec.ValidationError as error:
        _refuse(file, _sentence(str(error)))


def _sentence(error: str) -> str:
    what, _, where = error.partition(" - at `")
    place = where.rstrip("`").removeprefix("$.").removeprefix("$").replace("[...]", ".*")
    section = f"[{place}]" if place else "the file"
    if found := re.search(r"unknown field `(.*)`", what):
        return f"{section} has an unknown key {found[1]}{_nearest(place, found[1])}"
    if found := re.search(r"missing required field `(.*)`", what):
        return f"{section} lacks the key {found[1]}; add it (docs/campaign-file.md explains it)"
    return f"the key {place or '?'} is wrong: {what[:1].lower()}{what[1:]}; mend the value"


def _nearest(place: str, key: str) -> str:
    struct: object = CampaignFile
    for part in filter(None, place.split(".")):
        struct = _struct_of(struct, part)
    names = [field.name for field in msgspec.structs.fields(struct)]  # type: ignore[arg-type]  # walked down from a struct
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; the keys there are {', '.join(names)}"


def _struct_of(struct: object, part: str) -> object:
    for field in msgspec.structs.fields(struct):  # type: ignore[arg-type]  # walked down from a struct
        if field.name == part:
            kinds = getattr(field.type, "__args__", (field.type,))
            return next(kind for kind in kinds if kind not in {type(None), str})
    return struct if part == "*" else CampaignFile


def _source_path(file: Path, text: str, now: float) -> Path:
    if text == "-":
        return Path(text)
    today = in_china(now)

    def fill(found: re.Match[str]) -> str:
        return today.strftime(found[1])

    named = Path(re.sub(r"\{date:([^{}]*)\}", fill, text)).expanduser()
    return Path(os.path.normpath(file.parent / named))


def _limits(file: Path, keys: CampaignFile) -> Limits:
    window = parse_window(keys.limits.window)
    if window is None:
        _refuse(file, 'the key limits.window is wrong; write it as "08:00-21:00", or "" for always')
    return Limits(
        keys.limits.messages_per_s,
        keys.limits.calls_per_s,
        keys.limits.concurrency,
        window,
        keys.limits.outside_window,
        keys.limits.max_messages,
        keys.limits.answer_s,
        keys.limits.max_cost,
        keys.limits.recipients_per_request,
    )


def _prices(file: Path, keys: CampaignFile) -> Prices:
    found = prices_of(keys.prices)
    return found if isinstance(found, Prices) else _refuse(file, found)


def _emulator(file: Path, keys: CampaignFile) -> EmulatorWorld:
    def place(text: str) -> Path | None:
        return (file.parent / text).resolve() if text else None

    found = keys.emulator
    return EmulatorWorld(
        found.seed,
        found.rate,
        place(found.world),
        place(found.faults),
        place(found.journal),
        found.link_lifetime_s,
        found.report_timeout_s,
    )
