"""Read a campaign file; every mistake ends in one sentence that names the key and the mend."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import msgspec

from pipeline.core.errors import CampaignInvalid
from pipeline.core.model import Channel, Message, SmsLeg, Value
from pipeline.core.window import CHINA_UTC_OFFSET_S, parse_window
from pipeline.settings import checks
from pipeline.settings.campaign import (
    Account,
    Campaign,
    Doubt,
    EmulatorWorld,
    Limits,
    Receipts,
    Source,
)
from pipeline.settings.shape import LATER_KEYS, CampaignFile, SmsKeys

_BYTES_MAX = 1 << 20


def load_campaign(path: Path, now: float) -> Campaign:
    """Read and check a campaign file.

    now (epoch seconds) fills {date:...} in the source's path. Raises CampaignInvalid.
    """
    file = path.absolute()
    text = _read(file)
    keys = _shape(file, _parse(file, text))
    fields = _Fields()
    message = _message(keys, fields)
    campaign = Campaign(
        file=file,
        name=keys.campaign.name,
        state=(file.parent / keys.campaign.state).resolve(),
        account=Account(
            keys.account.endpoint, keys.account.access_key_env, keys.account.secret_key_env
        ),
        source=Source(
            path=_source_path(file, keys.source.path, now),
            phone=keys.source.phone,
            sheet=keys.source.sheet,
            encoding=keys.source.encoding,
            fields=tuple(fields.names),
        ),
        message=message,
        limits=_limits(file, keys),
        doubt=Doubt(keys.doubt.settle_s, keys.doubt.then),
        emulator=_emulator(file, keys),
        fallback=keys.fallback.unsupported,
        receipts=_receipts(file, keys),
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
    _refuse_later_keys(file, table)
    try:
        return msgspec.convert(table, CampaignFile)
    except msgspec.ValidationError as error:
        _refuse(file, _sentence(str(error)))


def _refuse_later_keys(file: Path, table: Mapping[str, object]) -> None:
    for key in sorted(LATER_KEYS):
        at: object = table
        for part in key.split("."):
            at = at.get(part) if isinstance(at, dict) else None
        if at is not None:
            _refuse(file, f"the key {key} is not available in this version; remove it")


def _sentence(error: str) -> str:
    what, _, where = error.partition(" - at `")
    place = where.rstrip("`").removeprefix("$.").removeprefix("$")
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
            return next(kind for kind in kinds if kind is not type(None))
    return CampaignFile


class _Fields:
    """The columns whose values are sent, each once, in order of first use."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def value(self, text: str) -> Value:
        if text.startswith("="):
            return Value(literal=text[1:])
        if text not in self.names:
            self.names.append(text)
        return Value(field=self.names.index(text))


def _message(keys: CampaignFile, fields: _Fields) -> Message:
    params = tuple((name, fields.value(text)) for name, text in keys.message.params.items())
    leg = _leg(keys.message.sms, fields) if keys.campaign.channel is Channel.AIM else None
    return Message(
        channel=keys.campaign.channel,
        template=keys.message.template,
        params=params,
        expires_days=keys.message.expires_days,
        expires_hours=keys.message.expires_hours,
        sms=leg,
        fields=tuple(fields.names),
    )


def _leg(sms: SmsKeys | None, fields: _Fields) -> SmsLeg | None:
    if sms is None:
        return None
    params = tuple(fields.value(text) for text in sms.params)
    return SmsLeg(sms.channel_number, sms.template, sms.signature, sms.app, params)


def _source_path(file: Path, text: str, now: float) -> Path:
    if text == "-":
        return Path(text)
    today = datetime.fromtimestamp(now, UTC) + timedelta(seconds=CHINA_UTC_OFFSET_S)

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
    )


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


def _receipts(file: Path, keys: CampaignFile) -> Receipts | None:
    if keys.receipts is None:
        return None
    host, _, port = keys.receipts.listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > checks.PORT_MAX:
        _refuse(file, 'the key receipts.listen is wrong; write it as "127.0.0.1:8090"')
    return Receipts(host, int(port), keys.receipts.path_token_env)
