"""The seeded bugs: for each what is wrong, where it is put in, and the suite that must notice."""

from dataclasses import dataclass

STOPS = "tests/property/test_model_stops.py"
STOPPED = f"{STOPS}::test_at_whatever_turn_it_stops_everybody_is_taken_once"
KILL = "tests/e2e/test_kill.py::test_a_killed_run_goes_on_without_repeating_anybody"


@dataclass(frozen=True, slots=True)
class Edit:
    """A text that stands exactly once in a module, and what is put in its place."""

    module: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Seed:
    """A bug. suite names the smallest tests that are expected to fail for it."""

    code: str
    bug: str
    edits: tuple[Edit, ...]
    suite: tuple[str, ...]


_ATTEMPTER = "pipeline/sender/attempter.py"
_VERDICT = "pipeline/reconciler/verdict.py"
_WRITER = "pipeline/ledger/writer.py"

_SUBMIT = """\
        answer = await self._submit(request, intent.at)
        return await self._record(request, answer)
"""
_MARKED = "        await self._recorder.begin(intent, request.listed_to)\n"
_MARKED_AFTER = f"""\
        answer = await self._submit(request, intent.at)
{_MARKED}\
        return await self._record(request, answer)
"""
_MARKED_WHEN_LOADED = """\
        taken = Accepted(f"id-{intent.task_name}")
        await self._record(request, taken)
        return await self._submit(request, intent.at)
"""
_UNAUTHORISED = (
    "            if _is_unauthorised(reply, call) and await self._credentials.refresh(proof):\n"
)
_REPEATED = """\
            if isinstance(reply, Reply) and reply.status >= 500:
                reply, _ = await self._attempt(call, at)
"""

SEEDS = (
    Seed(
        "M1",
        "sent is marked after the request, not before",
        (
            Edit(
                _ATTEMPTER,
                f"{_MARKED}        request.job.attempts",
                "        request.job.attempts",
            ),
            Edit(_ATTEMPTER, _SUBMIT, _MARKED_AFTER),
        ),
        (f"{STOPPED}[killed-memory]",),
    ),
    Seed(
        "M2",
        "the settling time is nought",
        (
            Edit(_VERDICT, "    if absent_s < options.settle_s:\n", "    if absent_s < 0.0:\n"),
            Edit(
                _VERDICT,
                "        return settle_s + max(self.slowest_s, self.quickest_s or 0.0)\n",
                "        return 0.0\n",
            ),
        ),
        (f"{STOPPED}[killed-memory]",),
    ),
    Seed(
        "M3",
        "abandoned work is not swept up",
        (
            Edit(
                "pipeline/runner/session.py",
                "        swept = writer.sweep(clock.now())\n",
                "        swept = 0\n",
            ),
        ),
        (f"{KILL}[0.3-aim]", f"{KILL}[0.6-aim]", f"{KILL}[0.3-aim_basic]"),
    ),
    Seed(
        "M4",
        "signatures do not expire, and processes are stopped",
        (
            Edit(
                _ATTEMPTER,
                "replace(request.prepared, intended_at=intended_at)",
                "replace(request.prepared, intended_at=None)",
            ),
        ),
        (f"{STOPPED}[overtaken-memory]",),
    ),
    Seed(
        "M5",
        "a POST is repeated after a 5xx",
        (Edit("pipeline/koomessage/http.py", _UNAUTHORISED, _REPEATED + _UNAUTHORISED),),
        ("tests/fault/test_gateway_http.py",),
    ),
    Seed(
        "M6",
        "the checkpoint moves when work is fetched",
        (Edit(_ATTEMPTER, _SUBMIT, _MARKED_WHEN_LOADED),),
        (f"{STOPPED}[killed-memory]",),
    ),
    Seed(
        "M7",
        "receipts are counted as often as they come",
        (
            Edit(
                "pipeline/reconciler/counts.py",
                "            counted[weight] += 1\n",
                "            counted[weight] += len(facts[row])\n",
            ),
        ),
        ("tests/property/test_model_receipts.py",),
    ),
    Seed(
        "M8",
        "cells are not made safe for spreadsheets",
        (
            Edit(
                "pipeline/report/cells.py",
                "    if starts_formula(text):\n",
                "    if False:\n",
            ),
        ),
        ("tests/unit/report/test_cells.py",),
    ),
    Seed(
        "M9",
        "names are compared by their beginning",
        (
            Edit(
                "pipeline/reconciler/inquiry.py",
                "if task.task_name == self.inquiry.name)",
                "if task.task_name.startswith(self.inquiry.name))",
            ),
            Edit(
                "pipeline/koomessage/finding.py",
                "casefold() == name.casefold()",
                "casefold().startswith(name.casefold())",
            ),
        ),
        ("tests/unit/reconciler/test_doubts.py",),
    ),
    Seed(
        "M10",
        "the epoch is not looked at",
        (
            Edit(
                _WRITER,
                "            if self._epoch_now() != self._epoch:\n",
                "            if False:\n",
            ),
        ),
        (f"{STOPS}::test_a_process_that_was_overtaken_can_write_nothing_at_all",),
    ),
    Seed(
        "M11",
        "what is found in flight at the start counts as not taken",
        (
            Edit(
                _WRITER,
                "Event.WAS_LOST, at, message=_UNANSWERED)",
                "Event.WAS_THROTTLED, at, message=_UNANSWERED)",
            ),
        ),
        (f"{STOPPED}[killed-disk]",),
    ),
    Seed(
        "M12",
        "refused outranks delivered",
        (
            Edit(
                "pipeline/core/outcome.py",
                "        Ware.CARD: (\n            Weight.SHOWN,\n",
                "        Ware.CARD: (\n            Weight.REFUSED,\n            Weight.SHOWN,\n",
            ),
        ),
        ("tests/unit/core/test_strength.py", "tests/unit/reconciler/test_taken_in_part.py"),
    ),
)
