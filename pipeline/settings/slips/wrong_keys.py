"""Say in an operator's words what is wrong with a key: its place, its kind, or its bounds."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import get_args, get_origin

import msgspec

from pipeline.core.phones import mask_in
from pipeline.core.text import brief
from pipeline.language import Text, Words, filled, listed
from pipeline.settings.bounds import said_of
from pipeline.settings.keys import CampaignFile

_KINDS = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_SCALARS = {"int", "float", "bool", "datetime", "date", "time"}
_SAID_CHARS_MAX = 160
_NEAR = 0.75
"""How much alike a key and one of another section must be for it to be meant."""


def sentence_of(error: str, table: Mapping[str, object]) -> str:
    """Turn what the validation library says of a file's table into one sentence."""
    what, _, where = error.rpartition(" - at `") if " - at `" in error else (error, "", "")
    place = where.rstrip("`").removeprefix("$.").removeprefix("$").replace("[...]", ".*")
    section = f"[{place}]" if place else Words("the file")
    if found := re.search(r"unknown field `(.*)`", what, re.DOTALL):
        return filled(
            "{section} has an unknown key {found}{place}",
            section=section,
            found=brief(found[1]),
            place=_meant(place, found[1]),
        )
    if found := re.search(r"missing required field `(.*)`", what):
        return filled(
            "{section} lacks the key {found}; add it (see docs/reference/campaign-file.md)",
            section=section,
            found=str(found[1]),
        )
    if found := _KINDS.match(what):
        return _of_another_kind(place, found[1], found[2], table) or _wrong(place, what)
    if ", got " not in what and (bounds := _bounds(place)):
        return filled("the key {place} must {bounds}", place=place, bounds=bounds)
    return _wrong(place, what)


_SAID_BY_THE_LIBRARY = (
    (re.compile(r"invalid enum value (?P<value>.*)"), Words("invalid enum value {value}")),
    (
        re.compile(r"expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`"),
        Words("expected `{wanted}`, got `{got}`"),
    ),
)
"""What the validation library says, so that it can be said in other languages."""


def _said(why: str) -> Text:
    for pattern, words in _SAID_BY_THE_LIBRARY:
        if found := pattern.fullmatch(why):
            return filled(words, **found.groupdict())
    return Text(why)


def _wrong(place: str, what: str) -> Text:
    why = _said(what[:1].lower() + brief(what[1:], _SAID_CHARS_MAX))
    return filled("the key {place} is wrong: {why}; mend the value", place=place or "?", why=why)


def _of_another_kind(place: str, wanted: str, got: str, table: Mapping[str, object]) -> str:
    """Say how a value of the wanted kind is written; empty where nothing is to be said."""
    key = place.rpartition(".")[2]
    kinds = wanted.split(" | ")
    written = _value_at(place, table)
    if "str" in kinds:
        return _no_text(place, key, got, written)
    if "object" in kinds:
        if got == "array" or key == "params":
            return filled(
                'the key {place} gives each parameter its name: {key} = {{ name = "column" }}',
                place=place,
                key=key,
            )
        return filled(
            "the key {place} is a section of its own: write [{place}], and its keys below",
            place=place,
        )
    if "array" in kinds:
        return filled(
            'the key {place} is a list: write {key} = ["..."], between brackets',
            place=place,
            key=key,
        )
    if got == "str" and "bool" in kinds:
        return filled("the key {place} is true or false, written without quotes", place=place)
    if got == "float" and "int" in kinds:
        return filled("the key {place} is a whole number", place=place)
    if got == "str" and {"int", "float"} & set(kinds):
        example = f": {key} = {written}" if re.fullmatch(r"[0-9.]{1,9}", str(written)) else ""
        return filled(
            "the key {place} is a number, written without quotes{example}",
            place=place,
            example=example,
        )
    return ""


def _no_text(place: str, key: str, got: str, written: object) -> str:
    if got == "array":
        return filled(
            'the key {place} is one text and no list: write {key} = "...", without brackets',
            place=place,
            key=key,
        )
    if got not in _SCALARS:
        return ""
    text = str(written).lower() if got == "bool" else str(written)
    shown = "..." if written is None or key.endswith("_env") else brief(mask_in(text))
    named = f"{key} = " if re.fullmatch(r"\w+", key) and key != "*" else ""
    return filled(
        'the key {place} is a text and must stand in quotes: {named}"{shown}"',
        place=place,
        named=named,
        shown=shown,
    )


def _value_at(place: str, table: Mapping[str, object]) -> object:
    """Return what the file says at a place; None where the place stands for several."""
    found: object = table
    for name, at in re.findall(r"([^.\[\]]+)|\[([0-9]+)\]", place):
        if name and isinstance(found, Mapping):
            found = found.get(name)
        elif at and isinstance(found, list):
            found = found[int(at)]
        else:
            return None
    return None if isinstance(found, Mapping | list) else found


def _meant(place: str, key: str) -> Text:
    """Say which key was meant: of this section, or of which other one."""
    names = _keys_in(place)
    others = [(other, keys) for other, keys in _sections() if keys.keys() != names.keys()]
    homes = [(other, keys[key]) for other, keys in others if key in keys]
    if within := [f"[{other}.{key}]" for other, kind in homes if _is_section(kind)]:
        return filled("; write it as {within}", within=_either(within))
    if homes:
        return filled(
            "; it belongs in {homes}", homes=_either([f"[{other}]" for other, _ in homes])
        )
    if near := difflib.get_close_matches(key, names, n=1, cutoff=0.5):
        return filled("; did you mean {near}?", near=near[0])
    anywhere = {name: other for other, keys in reversed(others) for name in keys}
    if far := difflib.get_close_matches(key, anywhere, n=1, cutoff=_NEAR):
        return filled(
            "; did you mean {far} in [{anywhere}]?", far=far[0], anywhere=anywhere[far[0]]
        )
    return filled("; the keys there are {names}", names=listed([*names]))


def _either(places: list[str]) -> Text:
    *others, last = places
    return filled("{others} or {last}", others=listed(others), last=last) if others else Text(last)


def _bounds(place: str) -> Text:
    """Return what the key at a place must be; empty where nothing is said of it."""
    section, _, key = place.rpartition(".")
    told = (
        said_of(part)
        for part in _parts(_keys_in(section).get(key.partition("[")[0]))
        if isinstance(part, msgspec.Meta)
    )
    return next(filter(None, told), Text())


def _sections(place: str = "") -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the sections that the file may have below a place, each with its keys."""
    for key, kind in _keys_in(place).items():
        if _is_section(kind):
            inner = f"{place}.{key}" if place else key
            yield (f'{inner}."column"' if get_origin(kind) is dict else inner), _keys_in(inner)
            yield from _sections(inner)


def _is_section(kind: object) -> bool:
    return any(isinstance(part, type) and issubclass(part, msgspec.Struct) for part in _parts(kind))


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
