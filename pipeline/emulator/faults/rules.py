"""The rules of a faults file: which call meets what, read from TOML and checked before use."""

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from pipeline.emulator.faults.kinds import ANY, LISTS, SENDS, Form, Kind, What, about, kind_of
from pipeline.emulator.options import SetupError
from pipeline.emulator.state.world import ReceiptModes

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Seconds = Annotated[float, msgspec.Meta(ge=0.0, le=86_400.0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Word = Annotated[str, msgspec.Meta(max_length=64)]


class FaultsError(SetupError):
    """Say what is wrong with a faults file."""


class FaultRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Hold one rule: when it fires, and what then happens.

    Every condition that is given must hold: `nth` counts the calls of the rule's operations from 1,
    `every` fires at each such multiple, `above` spares sends of no more than so many messages,
    `after_messages` waits until so many messages were taken, `times` ends the rule after it has
    fired so often (0: never). What the other keys mean is each kind's own affair.
    """

    what: What
    name: str = ""
    operation: str | list[str] = ""
    nth: Annotated[int, msgspec.Meta(ge=1)] | list[Annotated[int, msgspec.Meta(ge=1)]] = []
    every: Count = 0
    probability: Share = 1.0
    above: Count = 0
    after_messages: Count = 0
    times: Count = 0
    status: Annotated[int, msgspec.Meta(ge=0, le=599)] = 0
    retry_after: str = ""
    delay_s: Seconds = 0.0
    span_s: Seconds = 0.0
    share: Share = 0.5
    form: Form | None = None
    reset: bool = False
    code: Word | None = None
    codes: list[Word] = []
    message: str = ""
    state: Word = ""
    taken: bool = True
    silent: bool = False
    answer: Literal["", "lost"] = ""
    cap: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    length: Count = 0
    filters: list[Word] = []

    @property
    def operations(self) -> frozenset[str]:
        """Return the operations it is about; ANY stands for all of them."""
        if self.operation:
            named = [self.operation] if isinstance(self.operation, str) else self.operation
            return frozenset(named)
        return about(self.what)

    @property
    def calls(self) -> frozenset[int]:
        """Return the calls it fires at, counted from 1; empty is any."""
        return frozenset([self.nth] if isinstance(self.nth, int) else self.nth)


class FaultsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold a faults file; without a seed the emulator's own decides."""

    seed: int | None = None
    rule: list[FaultRule] = []


def load_faults(path: Path, known: Collection[str]) -> FaultsFile:
    """Read a faults file whose operations must all be known; raise FaultsError."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FaultsError(f"cannot read the faults file {path}: {error}") from error
    try:
        return parse_faults(text, known)
    except FaultsError as error:
        raise FaultsError(f"the faults file {path} is wrong: {error}") from error


def parse_faults(text: str, known: Collection[str]) -> FaultsFile:
    """Read rules from TOML, or from JSON of the same shape; raise FaultsError."""
    try:
        tables = msgspec.json.decode(text) if text.lstrip()[:1] == "{" else tomllib.loads(text)
        faults = msgspec.convert(tables, FaultsFile)
    except (tomllib.TOMLDecodeError, msgspec.DecodeError, RecursionError) as error:
        raise FaultsError(str(error)) from error
    for at, rule in enumerate(faults.rule, start=1):
        objection = _objection(rule, known)
        if objection:
            raise FaultsError(f"rule {at} ({rule.what}): {objection}")
    return faults


def receipt_modes(base: ReceiptModes, rules: Collection[FaultRule], taken: int) -> ReceiptModes:
    """Return how receipts misbehave once so many messages were taken; later rules win."""
    changes: dict[str, object] = {}
    for rule in rules:
        if rule.what.is_of_receipts and taken >= rule.after_messages:
            mode = rule.what.removeprefix("receipts_")
            changes[mode] = True if rule.what is What.RECEIPTS_EARLY else rule.probability
            changes |= _how(rule)
    return msgspec.structs.replace(base, **changes)


def _how(rule: FaultRule) -> dict[str, object]:
    match rule.what:
        case What.RECEIPTS_LATE if rule.delay_s:
            return {"late_s": rule.delay_s}
        case What.RECEIPTS_TASK_IDS:
            return {"task_ids_form": rule.form or ""}
        case What.RECEIPTS_CODES:
            return {"codes_told": tuple(rule.codes)}
        case What.RECEIPTS_SEGMENTS if rule.code is not None:
            return {"segments_code": rule.code}
        case _:
            return {}


_CALL_CONDITIONS = frozenset({"operation", "nth", "every", "above", "times"})
_CONDITIONS = _CALL_CONDITIONS | {"probability", "after_messages"}
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*")


def _objection(rule: FaultRule, known: Collection[str]) -> str:
    kind = kind_of(rule.what)
    given = frozenset(msgspec.to_builtins(rule)) - {"what", "name"}
    unread = given - _CONDITIONS - kind.reads - kind.needs
    if rule.what.is_of_receipts:
        unread |= given & _CALL_CONDITIONS
    if unread:
        return f"has no use for {', '.join(sorted(unread))}"
    missing = kind.needs - given
    if missing:
        return f"needs {', '.join(sorted(missing))}"
    if _HEADER_VALUE.fullmatch(rule.retry_after) is None:
        return "retry_after is no value of a header"
    return _wrong_value(rule, kind) or _wrong_operation(rule, kind, known)


def _wrong_value(rule: FaultRule, kind: Kind) -> str:
    if rule.status and not kind.may_answer(rule.status):
        return f"{rule.status} is no status for it"
    if rule.form is not None and rule.form not in kind.forms:
        return f"form is one of {', '.join(kind.forms)}, not {rule.form}"
    return ""


def _wrong_operation(rule: FaultRule, kind: Kind, known: Collection[str]) -> str:
    named = rule.operations - {ANY}
    unknown = named - SENDS - LISTS - frozenset(known)
    if unknown:
        return f"no operation is called {', '.join(sorted(unknown))}"
    wrong = named & SENDS if rule.what.is_of_lists else named - (kind.only or named)
    return f"it cannot happen to {', '.join(sorted(wrong))}" if wrong else ""
