"""The seeded bugs: for each what is wrong, where it is put in, and the suite that must notice."""

from tests.campaigns.mutants.of_bars import OF_BARS
from tests.campaigns.mutants.seed import Edit, Seed

STOPS = "tests/property/test_model_stops.py"
STOPPED = f"{STOPS}::test_at_whatever_turn_it_stops_everybody_is_taken_once"
DOUBTS = "tests/unit/reconciler/doubts/test_doubts.py"
VERDICTS = "tests/unit/reconciler/doubts/test_policy.py"
KILL = "tests/e2e/test_kill.py::test_a_killed_run_goes_on_without_repeating_anybody"

_ATTEMPTER = "pipeline/sender/attempts.py"
_CONTROLS = "pipeline/reconciler/doubts/controls.py"
_VERDICT = "pipeline/reconciler/doubts/policy.py"
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
    "            if not _is_unauthorised(reply, call)"
    " or not await self._credentials.refresh(proof):\n"
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
            Edit(
                _VERDICT,
                "    if absence.last_s is None or absence.last_s < options.settle_s:\n",
                "    if absence.last_s is None:\n",
            ),
            Edit(
                _VERDICT,
                "    settled_s = options.settle_s + grounds.lag_s\n",
                "    settled_s = 0.0\n",
            ),
        ),
        (f"{DOUBTS}::test_a_late_commit_is_found_and_never_released",),
    ),
    Seed(
        "M3",
        "abandoned work is not swept up",
        (
            Edit(
                "pipeline/runner/session/session.py",
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
        (Edit("pipeline/koomessage/transport/http.py", _UNAUTHORISED, _REPEATED + _UNAUTHORISED),),
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
                "pipeline/reconciler/polling/counts.py",
                "            ended[_SHARES[weight]] += 1\n",
                "            ended[_SHARES[weight]] += len(facts[row])\n",
            ),
        ),
        ("tests/property/test_model_receipts.py",),
    ),
    Seed(
        "M8",
        "cells are not made safe for spreadsheets",
        (
            Edit(
                "pipeline/report/texts/safe.py",
                "guarded(visible(text))",
                "visible(text)",
            ),
        ),
        ("tests/unit/report/texts/test_safe.py",),
    ),
    Seed(
        "M9",
        "names are compared by their beginning",
        (
            Edit(
                "pipeline/reconciler/doubts/questions.py",
                "if task.task_name == self.inquiry.name)",
                "if task.task_name.startswith(self.inquiry.name))",
            ),
            Edit(
                "pipeline/koomessage/lists.py",
                "casefold() == name.casefold()",
                "casefold().startswith(name.casefold())",
            ),
        ),
        ("tests/unit/reconciler/doubts/test_doubts.py",),
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
                "        Ware.CARD: tuple(Weight),\n",
                "        Ware.CARD: (Weight.REFUSED, *Weight),\n",
            ),
        ),
        ("tests/unit/core/test_strength.py", "tests/unit/reconciler/polling/test_taken_in_part.py"),
    ),
    Seed(
        "M13",
        "an error inside HTTP 200 is believed to list nothing",
        (
            Edit("pipeline/koomessage/decoding.py", "        if codes:\n", "        if False:\n"),
            Edit(
                "pipeline/koomessage/decoding.py",
                'if "status" in place and text(place["status"]) != "200":\n',
                "if False:\n",
            ),
        ),
        ("tests/fault/test_gateway_lists.py",),
    ),
    Seed(
        "M14",
        "one negative answer is believed",
        (
            Edit(
                _VERDICT,
                "    if absence.deep >= options.rounds_min and",
                "    if absence.deep >= 1 and",
            ),
        ),
        (f"{VERDICTS}::test_one_condition_that_does_not_hold_keeps_a_doubt",),
    ),
    Seed(
        "M15",
        "a known name that is missing is taken no notice of",
        (
            Edit(
                _CONTROLS,
                "age_s=round(reply.age_s))\n        return True\n",
                "age_s=round(reply.age_s))\n        return False\n",
            ),
            Edit(
                _CONTROLS,
                "        return self.record.missed_at is None\n",
                "        return True\n",
            ),
        ),
        (
            f"{DOUBTS}::test_a_list_that_misses_a_known_name_releases_nothing_until_it_is_trusted_again",
        ),
    ),
    Seed(
        "M16",
        "asking is seen to work by the newest names",
        (
            Edit(
                _CONTROLS,
                "        return any(at <= attempted_at for at in self.found)\n",
                "        return True\n",
            ),
        ),
        (
            f"{DOUBTS}::test_the_first_request_of_an_account_is_held_until_a_younger_name_is_as_deep",
        ),
    ),
    Seed(
        "M17",
        "clocks are not compared before absence is believed",
        (Edit(_VERDICT, "    if not grounds.clock_right:\n", "    if False:\n"),),
        (f"{DOUBTS}::test_by_a_wrong_clock_nothing_is_believed_absent",),
    ),
    Seed(
        "M18",
        "a policy releases as often as it likes",
        (
            Edit(
                _VERDICT,
                "    if not may_release(grounds.releases, options.attempts_max):\n",
                "    if False:\n",
            ),
        ),
        (f"{DOUBTS}::test_a_policy_releases_a_submission_once_and_then_leaves_it_to_a_person",),
    ),
    Seed(
        "M19",
        "a run goes on as another account than sent it",
        (
            Edit(
                "pipeline/runner/guards/same_account.py",
                "    if recorded in accounts.names:\n",
                "    if True:\n",
            ),
        ),
        ("tests/unit/runner/guards/test_same_account.py",),
    ),
    Seed(
        "M20",
        "a new process does not know that answers could not be read",
        (
            Edit(
                "pipeline/sender/circuit_breaker.py",
                "        record = self._store.breaker()\n        if record",
                "        record = None\n        if record",
            ),
        ),
        ("tests/unit/sender/test_breaker_outlives.py",),
    ),
    Seed(
        "M21",
        "a round that a wrong clock has put counts",
        (
            Edit(
                "pipeline/reconciler/doubts/questions.py",
                "    counted = number if ages.is_right else 0\n",
                "    counted = number\n",
            ),
            Edit(
                "pipeline/reconciler/doubts/settle.py",
                "        asked = [question for question in recorded if question.at <= now]\n",
                "        asked = recorded\n",
            ),
        ),
        ("tests/unit/reconciler/doubts/test_doubt_times.py",),
    ),
    Seed(
        "M22",
        "what was turned away is sent again without a question",
        (
            Edit(
                "pipeline/reconciler/doubts/axioms.py",
                "    deferred = _latest_of_deferred(parts) if early else frozenset()\n",
                "    deferred: frozenset[TaskName] = frozenset()\n",
            ),
        ),
        ("tests/unit/reconciler/doubts/test_axioms.py",),
    ),
    Seed(
        "M23",
        "whom a request in doubt may have reached is no repeat",
        (
            Edit(
                "pipeline/ledger/read.py",
                "_TAKEN = frozenset({State.ACCEPTED, State.IN_FLIGHT, State.IN_DOUBT})",
                "_TAKEN = frozenset({State.ACCEPTED})",
            ),
        ),
        ("tests/property/test_model.py",),
    ),
    Seed(
        "M24",
        "a run with a request in doubt and no row unsent is no leftover",
        (
            Edit(
                "pipeline/runner/earlier/leftovers.py",
                "if people or doubts else None",
                "if people else None",
            ),
        ),
        ("tests/fault/test_crash_matrix.py",),
    ),
    Seed(
        "S1",
        "a child may run a module that lies in the folder",
        (Edit("pipeline/children.py", '"-P", "-m", module', '"-m", module'),),
        ("tests/unit/test_children.py",),
    ),
    Seed(
        "S2",
        "a child is given the whole environment",
        (
            Edit(
                "pipeline/children.py",
                "for name in _INHERITED if name in os.environ",
                "for name in os.environ",
            ),
        ),
        ("tests/unit/test_children.py",),
    ),
    Seed(
        "S3",
        "the process that parses workbooks may write files",
        (
            Edit(
                "pipeline/reader/workbooks/confinement.py",
                "    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n",
                "",
            ),
            Edit(
                "pipeline/reader/workbooks/confinement.py",
                "        *_when(_ANY_BIT, _CHANGING, [_return(_REFUSE)]),\n",
                "",
            ),
        ),
        ("tests/unit/reader/workbooks/test_confinement.py",),
    ),
    Seed(
        "S4",
        "the process that parses workbooks may leave a core",
        (
            Edit(
                "pipeline/reader/workbooks/confinement.py",
                "    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n",
                "",
            ),
        ),
        ("tests/unit/reader/workbooks/test_confinement.py",),
    ),
    Seed(
        "S5",
        "the process that parses workbooks is not confined",
        (
            Edit(
                "pipeline/reader/workbooks/child.py",
                "        say(Ready(is_confined=confine()))\n",
                "        say(Ready(is_confined=bool(confine)))\n",
            ),
        ),
        ("tests/unit/reader/workbooks/test_confinement.py",),
    ),
    Seed(
        "S6",
        "a command may leave a core",
        (Edit("pipeline/cli/main.py", "    forbid_core_dumps()\n", ""),),
        ("tests/unit/test_children.py",),
    ),
    Seed(
        "S7",
        "a listener holds any number of connections",
        (
            Edit(
                "pipeline/web/connections.py",
                "        if not self._has_room(address):\n",
                "        if not address:\n",
            ),
        ),
        ("tests/unit/web/test_connections.py",),
    ),
    Seed(
        "S8",
        "a connection may stay silent for ever",
        (
            Edit(
                "pipeline/web/connections.py",
                '        self._close(transport, "silent")\n',
                "        del transport\n",
            ),
        ),
        ("tests/unit/web/test_connections.py",),
    ),
    Seed(
        "S9",
        "a workbook that is given back is opened outside the sandbox",
        (
            Edit(
                "pipeline/runner/giving/give_back.py",
                "        watch = Watch(file)\n",
                '        watch = Watch(file)\n        __import__("openpyxl").open(source)\n',
            ),
        ),
        ("tests/unit/runner/giving/test_hostile_workbooks.py",),
    ),
    Seed(
        "S10",
        "opt-outs of strangers are honoured without end",
        (
            Edit(
                "pipeline/ledger/screening.py",
                '        if int(self._database.value("count_honoured", day)) >= per_day:\n',
                "        if per_day < 0:\n",
            ),
        ),
        ("tests/unit/ledger/test_strangers.py",),
    ),
    Seed(
        "S11",
        "a receipt counts whatever account it names",
        (
            Edit(
                "pipeline/runner/door/judge.py",
                "        return whose not in self._ids\n",
                "        return False\n",
            ),
        ),
        ("tests/unit/runner/door/test_judge.py",),
    ),
    Seed(
        "S12",
        "people whom another folder sent to are strangers",
        (
            Edit(
                "pipeline/runner/door/known.py",
                "    for identity, folder in folders.items():\n",
                "    for identity, folder in list(folders.items())[:0]:\n",
            ),
        ),
        ("tests/unit/runner/door/test_judge.py",),
    ),
    Seed(
        "S13",
        "a receipt that comes again is kept again",
        (
            Edit(
                "pipeline/runner/session/receipts.py",
                "    return hashlib.sha256(body).digest()[:_DIGEST_BYTES]\n",
                '    return b"" if body else hashlib.sha256(body).digest()[:_DIGEST_BYTES]\n',
            ),
        ),
        ("tests/unit/runner/session/test_receipts_kept.py",),
    ),
    Seed(
        "N1",
        "a number that is written with thousands separators is not masked",
        (
            Edit(
                "pipeline/core/phones.py",
                "(?:{_PARTED}|{_THOUSANDS})",
                "(?:{_PARTED})",
            ),
        ),
        ("tests/property/test_masking.py",),
    ),
    *OF_BARS,
)
