"""The rules of a faults file: which call meets what, read from TOML and checked before use."""

import re
import tomllib
from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from pipeline.emulator.options import SetupError
from pipeline.emulator.receipt_modes import ReceiptModes

SENDS = frozenset(
    (
        "CreateAimSendTask",
        "CreateVmsSendTask",
        "CreateResolveTask",
        "SendAimBatchMessages",
        "SendAimBatchDifferentMessages",
    )
)
"""The operations that make a message, a link or a bill: what a rule means that names none."""

LISTS = frozenset(
    (
        "ListAimSendTasks",
        "ListAimSendDetails",
        "ListAimResolveDetails",
        "ListResolveTasks",
        "ListVmsSendTasks",
    )
)
"""The questions for tasks: what a rule of list_lag means that names none."""

ANY = "*"

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Seconds = Annotated[float, msgspec.Meta(ge=0.0, le=86_400.0)]
Count = Annotated[int, msgspec.Meta(ge=0)]


class FaultsError(SetupError):
    """Say what is wrong with a faults file."""


class What(StrEnum):
    """Name what can happen to a call, or to the receipts."""

    DROP_BEFORE = "drop_before"
    DROP_AFTER_COMMIT = "drop_after_commit"
    COMMIT_LATE = "commit_late"
    DELAY = "delay"
    STATUS = "status"
    COMMIT_THEN_500 = "commit_then_500"
    TRUNCATE = "truncate"
    MALFORMED = "malformed"
    PARTIAL = "partial"
    TASK_FAILED = "task_failed"
    LIST_LAG = "list_lag"
    RECEIPTS_LOST = "receipts_lost"
    RECEIPTS_DUPLICATED = "receipts_duplicated"
    RECEIPTS_REORDERED = "receipts_reordered"
    RECEIPTS_LATE = "receipts_late"
    RECEIPTS_EARLY = "receipts_early"

    @property
    def is_of_receipts(self) -> bool:
        """Tell whether it happens to receipts, not to calls."""
        return self.startswith("receipts_")


class Form(StrEnum):
    """Name how a malformed answer is wrong."""

    HTML = "html"
    EMPTY = "empty"
    NOT_UTF8 = "not_utf8"
    WRONG_TYPES = "wrong_types"
    NO_TASK_ID = "no_task_id"
    DEEP = "deep"


class FaultRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Hold one rule: when it fires, and what then happens.

    Every condition that is given must hold: `nth` counts the calls of the rule's operations from 1,
    `every` fires at each such multiple, `after_messages` waits until so many messages were taken,
    `times` ends the rule after it has fired so often (0: never).
    """

    what: What
    name: str = ""
    operation: str | list[str] = ""
    nth: Annotated[int, msgspec.Meta(ge=1)] | list[Annotated[int, msgspec.Meta(ge=1)]] = []
    every: Count = 0
    probability: Share = 1.0
    after_messages: Count = 0
    times: Count = 0
    status: Literal[0, 429, 500, 502, 503, 504] = 0
    retry_after: str = ""
    delay_s: Seconds = 0.0
    share: Share = 0.5
    form: Form | None = None
    reset: bool = False

    @property
    def operations(self) -> frozenset[str]:
        """Return the operations it is about; ANY stands for all of them."""
        if self.operation:
            named = [self.operation] if isinstance(self.operation, str) else self.operation
            return frozenset(named)
        return LISTS if self.what is What.LIST_LAG else SENDS

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
    changes: dict[str, float | bool] = {}
    for rule in rules:
        if rule.what.is_of_receipts and taken >= rule.after_messages:
            mode = rule.what.removeprefix("receipts_")
            changes[mode] = True if rule.what is What.RECEIPTS_EARLY else rule.probability
            if rule.what is What.RECEIPTS_LATE and rule.delay_s:
                changes["late_s"] = rule.delay_s
    return msgspec.structs.replace(base, **changes)


# Beside `what`, `name` and the conditions, each kind reads only these keys.
_KEYS: Mapping[What, frozenset[str]] = {
    What.DROP_BEFORE: frozenset({"reset"}),
    What.DROP_AFTER_COMMIT: frozenset({"reset"}),
    What.COMMIT_LATE: frozenset({"reset", "delay_s", "status"}),
    What.DELAY: frozenset({"delay_s"}),
    What.STATUS: frozenset({"status", "retry_after"}),
    What.COMMIT_THEN_500: frozenset({"status"}),
    What.TRUNCATE: frozenset({"share", "reset"}),
    What.MALFORMED: frozenset({"form"}),
    What.PARTIAL: frozenset({"share"}),
    What.LIST_LAG: frozenset({"delay_s"}),
    What.RECEIPTS_LATE: frozenset({"delay_s"}),
}
_CALL_CONDITIONS = frozenset({"operation", "nth", "every", "times"})
_HOWS = frozenset({"status", "retry_after", "delay_s", "share", "form", "reset"})
_NEEDED: Mapping[What, str] = {
    What.COMMIT_LATE: "delay_s",
    What.DELAY: "delay_s",
    What.LIST_LAG: "delay_s",
    What.STATUS: "status",
}
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*")
_THROTTLED = 429


def _objection(rule: FaultRule, known: Collection[str]) -> str:
    given = frozenset(msgspec.to_builtins(rule))
    unread = given & _HOWS - _KEYS.get(rule.what, frozenset())
    if rule.what.is_of_receipts:
        unread |= given & _CALL_CONDITIONS
    if unread:
        return f"has no use for {', '.join(sorted(unread))}"
    needed = _NEEDED.get(rule.what)
    if needed and needed not in given:
        return f"needs {needed}"
    if rule.status == _THROTTLED and rule.what is not What.STATUS:
        return "a call that was taken is not answered with 429"
    if _HEADER_VALUE.fullmatch(rule.retry_after) is None:
        return "retry_after is no value of a header"
    unknown = rule.operations - {ANY} - SENDS - LISTS - frozenset(known)
    return f"no operation is called {', '.join(sorted(unknown))}" if unknown else ""
