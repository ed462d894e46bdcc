"""Derive the names by which runs and attempts can be found again."""

import hashlib
import json
import re
from collections.abc import Mapping

from pipeline.core.model import RunId, TaskName

TASK_NAME_MAX = 20
"""Characters: the smallest limit of the provider's list filters (ListAimSendTasks)."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_RUN_CHARS = 8
_CHUNK_CHARS = 4
_SUBMISSION_CHARS = 3
_ATTEMPT_CHARS = 3

_TASK_NAME = re.compile(r"([0-9a-z]{8})-([0-9a-z]{4})([0-9a-z]{3})-([0-9a-z]{2,3})")

ATTEMPTS_MAX = len(_DIGITS) ** _ATTEMPT_CHARS - 1
"""How many attempts of one submission can be told apart by name."""


def run_id(
    source_sha256: str,
    meaning: Mapping[str, object],
    *,
    again: int = 0,
    ledger: str = "",
    turn: int = 0,
) -> RunId:
    """Derive a run's label. It is never derived again to find a run: what it stands for is stored.

    meaning holds plain JSON values: what the campaign says, not how fast or where it runs.
    again counts deliberate repetitions of the same input; 0 is the first. ledger is the identity of
    the ledger that plans the run, so that two ledgers never name their requests alike. turn counts
    the labels that were taken already, by whatever else.
    """
    parts = [source_sha256, meaning, again, ledger, turn]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()
    return RunId(_base36(int.from_bytes(digest[:8], "big") % 36**_RUN_CHARS, _RUN_CHARS))


def task_name(run: RunId, chunk: int, submission: int, attempt: int) -> TaskName:
    """Name one attempt: 20 characters, unique within the account, found again by list."""
    where = _base36(chunk, _CHUNK_CHARS) + _base36(submission, _SUBMISSION_CHARS)
    return TaskName(f"{run}-{where}-{_base36(attempt, _ATTEMPT_CHARS)}")


def place_of(name: str) -> tuple[RunId, int, int, int] | None:
    """Read run, chunk, submission and attempt out of a task's name; None where it is none of ours.

    Names of before the third place of the attempt are read, too.
    """
    shape = _TASK_NAME.fullmatch(name)
    if shape is None:
        return None
    run, *places = shape.groups()
    chunk, submission, attempt = (int(place, 36) for place in places)
    return RunId(run), chunk, submission, attempt


def _base36(number: int, width: int) -> str:
    digits = ""
    rest = number
    for _ in range(width):
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    if rest or number < 0:
        raise OverflowError(f"{number} does not fit in {width} base-36 digits")
    return digits
