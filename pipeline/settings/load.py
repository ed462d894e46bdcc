"""Read a campaign file; every mistake ends in one sentence that names the key and the mend."""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NoReturn, get_args

import msgspec

from pipeline.core.errors import CampaignInvalid
from pipeline.core.times import in_china
from pipeline.settings import checks
from pipeline.settings.bounds import FilePath
from pipeline.settings.campaign import Campaign
from pipeline.settings.keys import CampaignFile
from pipeline.settings.message import message_of

_BYTES_MAX = 1 << 20


def load_campaign(path: Path, now: float) -> Campaign:
    """Read and check a campaign file.

    now (epoch seconds) fills {date:...} in the source's path. Raises CampaignInvalid.
    """
    file = path.absolute()
    keys = _sections(file, _parse(file, _read(file)), now)
    campaign = Campaign(
        file=file,
        name=keys.campaign.name,
        state=(file.parent / keys.campaign.state).resolve(),
        account=keys.account,
        source=keys.source,
        message=message_of(keys.campaign.channel, keys.message, keys.fallback),
        limits=keys.limits,
        doubt=keys.doubt,
        emulator=keys.emulator,
        capability_days=keys.fallback.capability_days,
        receipts=keys.receipts,
        values={column: asked.shape() for column, asked in keys.message.values.items()},
        preflight=keys.preflight,
        screening=keys.screening,
        prices=keys.prices.in_micro(),
        canary=keys.canary,
        leftovers=keys.campaign.leftovers,
        report=keys.report,
    )
    for mistake in checks.mistakes(campaign):
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


def _sections(file: Path, table: Mapping[str, object], now: float) -> CampaignFile:
    try:
        return msgspec.convert(table, CampaignFile, dec_hook=_paths(file.parent, now))
    except msgspec.ValidationError as error:
        _refuse(file, _sentence(str(error)))


def _paths(folder: Path, now: float) -> Callable[[type, object], object]:
    """Return what reads paths: the source's is a Path, any other a FilePath."""

    def read(kind: type, written: object) -> object:
        if not isinstance(written, str):
            raise TypeError(f"Expected `str`, got `{type(written).__name__}`")
        if kind is Path:
            return _source_path(folder, written, now)
        return FilePath((folder / _home(written)).resolve() if written else "")

    return read


def _source_path(folder: Path, text: str, now: float) -> Path:
    if text == "-":
        return Path(text)
    today = in_china(now)

    def fill(found: re.Match[str]) -> str:
        return today.strftime(found[1])

    named = re.sub(r"\{date:([^{}]*)\}", fill, text)
    return Path(os.path.normpath(folder / _home(named)))


def _home(text: str) -> str:
    return os.path.expanduser(text)  # noqa: PTH111 -- leaves the ~ of nobody as it stands


def _sentence(error: str) -> str:
    what, _, where = error.partition(" - at `")
    place = where.rstrip("`").removeprefix("$.").removeprefix("$").replace("[...]", ".*")
    section = f"[{place}]" if place else "the file"
    if found := re.search(r"unknown field `(.*)`", what):
        return f"{section} has an unknown key {found[1]}{_nearest(place, found[1])}"
    if found := re.search(r"missing required field `(.*)`", what):
        return f"{section} lacks the key {found[1]}; add it (see docs/reference/campaign-file.md)"
    if ", got " not in what and (bounds := _bounds(place)):
        return f"the key {place} must {bounds}"
    return f"the key {place or '?'} is wrong: {what[:1].lower()}{what[1:]}; mend the value"


def _nearest(place: str, key: str) -> str:
    names = list(_keys_in(place))
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; the keys there are {', '.join(names)}"


def _bounds(place: str) -> str:
    """Return what the key at a place must be; empty where nothing is said of it."""
    section, _, key = place.rpartition(".")
    told = (
        part.description
        for part in _parts(_keys_in(section).get(key))
        if isinstance(part, msgspec.Meta)
    )
    return next(filter(None, told), "")


def _keys_in(place: str) -> Mapping[str, object]:
    """Return the keys of a section, each with its type; those of the file where place is empty."""
    keys: Mapping[str, object] = {}
    struct: type[msgspec.Struct] = CampaignFile
    for part in ("", *place.split(".")):
        inner = (
            kind
            for kind in _parts(keys.get(part))
            if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
        )
        struct = next(inner, struct)
        keys = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
    return keys


def _parts(kind: object) -> Iterator[object]:
    """Yield a type, and what it is made of."""
    yield kind
    for part in get_args(kind):
        yield from _parts(part)
