"""Fault rules: what a file may say, and that the same calls meet the same faults."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.emulator.faults.book import FaultBook, Request, Verdict
from pipeline.emulator.faults.kinds import What
from pipeline.emulator.faults.partial import own_up, shorten
from pipeline.emulator.faults.rules import FaultsError, load_faults, parse_faults, receipt_modes
from pipeline.emulator.state.world import ReceiptModes
from tests.support.source import ROOT

SEND = "CreateAimSendTask"


def book(rules: str, seed: int = 7) -> FaultBook:
    return FaultBook(parse_faults(rules, ()), seed)


def judged(faults: FaultBook, calls: int, taken: int = 0) -> list[Verdict]:
    return [faults.judge(Request(SEND, b"call %d" % at), taken, 0.0) for at in range(calls)]


def fired_at(rules: str, calls: int = 10) -> list[int]:
    verdicts = judged(book(rules), calls)
    return [at for at, verdict in enumerate(verdicts, start=1) if verdict.rule is not None]


@pytest.mark.parametrize(
    ("conditions", "calls"),
    [
        ("nth = 3", [3]),
        ("nth = [1, 4, 99]", [1, 4]),
        ("every = 4", [4, 8]),
        ("times = 2", [1, 2]),
        ("every = 3\ntimes = 1", [3]),
        ("nth = [2, 3, 4]\nevery = 2", [2, 4]),
        ("probability = 0.0", []),
        ("after_messages = 1", []),
        ('operation = "CreateVmsSendTask"', []),
        ('operation = "*"\nnth = 1', [1]),
        (f'operation = ["CreateVmsSendTask", "{SEND}"]\nnth = 1', [1]),
    ],
)
def test_a_rule_fires_when_all_its_conditions_hold(conditions: str, calls: list[int]) -> None:
    assert fired_at(f'[[rule]]\nwhat = "drop_before"\n{conditions}\n') == calls


def test_a_rule_after_so_many_messages_waits_for_them() -> None:
    faults = book('[[rule]]\nwhat = "drop_before"\nafter_messages = 100\n')
    assert [bool(one.rule) for one in judged(faults, 2, taken=99)] == [False, False]
    assert [bool(one.rule) for one in judged(faults, 2, taken=100)] == [True, True]
    assert [(asked, fired) for _, asked, fired in faults.counts()] == [(4, 2)]


def test_delays_add_up_the_longest_lag_counts_and_the_first_other_rule_happens() -> None:
    kinds = [("delay", 1), ("delay", 2), ("list_lag", 9), ("list_lag", 5)]
    rules = [f'[[rule]]\nwhat = "{what}"\noperation = "*"\ndelay_s = {s}\n' for what, s in kinds]
    rules += ['[[rule]]\nwhat = "drop_before"\n', '[[rule]]\nwhat = "truncate"\n']
    faults = book("".join(rules))
    verdict = judged(faults, 1)[0]
    assert (verdict.delay_s, verdict.view.lag_s) == (3.0, 9.0)
    assert verdict.rule is not None
    assert verdict.rule.what is What.DROP_BEFORE
    assert [fired for _, _, fired in faults.counts()] == [1, 1, 1, 1, 1, 0]
    assert [one.rule.what for one in faults.recent][-1] is What.DROP_BEFORE


def test_a_rule_may_fire_only_at_sends_of_more_than_so_many_messages() -> None:
    faults = book('[[rule]]\nwhat = "drop_before"\nabove = 10\n')
    sends = [Request(SEND, b"%d" % count, count) for count in (0, 10, 11)]
    assert [faults.judge(one, 0, 0.0).rule is not None for one in sends] == [False, False, True]


def test_of_two_untruths_about_one_thing_the_harder_counts() -> None:
    kinds = ["offset_is_page", "offset_ignored", "no_total", "total_per_page"]
    rules = "".join(
        f'[[rule]]\nwhat = "list_{kind}"\ncap = {9 - at}\n' for at, kind in enumerate(kinds)
    )
    rules += (
        '[[rule]]\nwhat = "list_window"\nspan_s = 60\n[[rule]]\nwhat = "list_window"\nspan_s = 6\n'
    )
    view = book(rules).judge(Request("ListAimSendTasks", b""), 0, 0.0).view
    assert (view.offset, view.total) == (What.LIST_OFFSET_IGNORED, What.LIST_NO_TOTAL)
    assert (view.cap, view.span_s) == (6, 6.0)


HALF = '[[rule]]\nwhat = "drop_before"\nprobability = 0.5\n'


@given(st.permutations(range(30)), st.integers(0, 5))
def test_calls_that_race_each_keep_their_own_lot(order: list[int], seed: int) -> None:
    def lots(calls: list[int]) -> dict[int, Verdict]:
        faults = book(HALF, seed)
        return {at: faults.judge(Request(SEND, b"call %d" % at), 0, 0.0) for at in calls}

    assert lots(order) == lots(sorted(order))


def test_a_repeated_call_draws_again_and_the_same_file_and_seed_draw_alike() -> None:
    def lots(seed: int, rules: str = HALF) -> list[bool]:
        faults = book(rules, seed)
        same = Request(SEND, b"the same")
        return [faults.judge(same, 0, 0.0).rule is not None for _ in range(200)]

    assert lots(7) == lots(7) != lots(8)
    assert lots(7, "seed = 0\n" + HALF) == lots(8, "seed = 0\n" + HALF)
    assert 70 < Counter(lots(7))[True] < 130


def test_probabilities_are_kept() -> None:
    faults = book('[[rule]]\nwhat = "drop_before"\nprobability = 0.1\n')
    fired = [one for one in judged(faults, 5_000) if one.rule is not None]
    assert 400 < len(fired) < 600
    assert 0.4 < sum(one.draw for one in fired) / len(fired) < 0.6


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("what = 3", "what"),
        ("[[rule]]\n", "what"),
        ('[[rule]]\nwhat = "explode"', "explode"),
        ('[[rule]]\nwhat = "drop_before"\nprobabilty = 0.5', "probabilty"),
        ('[[rule]]\nwhat = "drop_before"\nprobability = 1.5', "probability"),
        ('[[rule]]\nwhat = "drop_before"\nnth = 0', "nth"),
        ('[[rule]]\nwhat = "drop_before"\ndelay_s = 1', "no use for delay_s"),
        ('[[rule]]\nwhat = "drop_before"\noperation = "CreateAimTask"', "CreateAimTask"),
        ('[[rule]]\nwhat = "delay"', "needs delay_s"),
        ('[[rule]]\nwhat = "list_lag"', "needs delay_s"),
        ('[[rule]]\nwhat = "commit_late"', "needs delay_s"),
        ('[[rule]]\nwhat = "delay"\ndelay_s = -1', "delay_s"),
        ('[[rule]]\nwhat = "status"', "needs status"),
        ('[[rule]]\nwhat = "status"\nstatus = 404', "404"),
        ('[[rule]]\nwhat = "commit_then_500"\nstatus = 429', "429"),
        ('[[rule]]\nwhat = "commit_late"\ndelay_s = 1\nstatus = 429', "429"),
        ('[[rule]]\nwhat = "status"\nstatus = 429\nretry_after = "1\\r\\nX: 1"', "retry_after"),
        ('[[rule]]\nwhat = "malformed"\nform = "xml"', "xml"),
        ('[[rule]]\nwhat = "receipts_lost"\nnth = 3', "no use for nth"),
        ('[[rule]]\nwhat = "receipts_lost"\nprobability = 2', "probability"),
        ('[[rule]]\nwhat = "malformed"\nform = "padded"', "form is one of html"),
        ('[[rule]]\nwhat = "refuse"', "needs code"),
        ('[[rule]]\nwhat = "refuse"\ncode = "KM.1"\nstatus = 200', "200 is no status for it"),
        ('[[rule]]\nwhat = "commit_then_status"', "needs status"),
        ('[[rule]]\nwhat = "commit_then_status"\nstatus = 600', "599"),
        ('[[rule]]\nwhat = "commit_then_refuse"\nstatus = 302', "302 is no status for it"),
        ('[[rule]]\nwhat = "drop_before"\nanswer = "lost"', "no use for answer"),
        ('[[rule]]\nwhat = "partial"\nanswer = "html"', "html"),
        ('[[rule]]\nwhat = "task_state"', "needs state"),
        ('[[rule]]\nwhat = "task_state"\nstate = "x"\noperation = "CreateResolveTask"', "cannot"),
        ('[[rule]]\nwhat = "ret_code"', "needs code"),
        ('[[rule]]\nwhat = "ret_code"\ncode = "1"\noperation = "CreateAimSendTask"', "cannot"),
        ('[[rule]]\nwhat = "list_hides"\noperation = "ListAimSendTasks"', "cannot happen to List"),
        (
            '[[rule]]\nwhat = "list_empty"\noperation = "CreateAimSendTask"',
            "cannot happen to Create",
        ),
        ('[[rule]]\nwhat = "list_window"', "needs span_s"),
        ('[[rule]]\nwhat = "list_capped"', "needs cap"),
        ('[[rule]]\nwhat = "list_no_total"\ncap = 101', "cap"),
        ('[[rule]]\nwhat = "list_names"', "needs form"),
        ('[[rule]]\nwhat = "list_names"\nform = "html"', "form is one of missing"),
        ('[[rule]]\nwhat = "list_fuzzy"\ncap = 3', "no use for cap"),
        ('[[rule]]\nwhat = "receipts_codes"', "needs codes"),
        ('[[rule]]\nwhat = "receipts_lost"\nabove = 3', "no use for above"),
        ("[[rule", "Expected"),
        ("{", "truncated"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(text: str, word: str) -> None:
    with pytest.raises(FaultsError) as refused:
        parse_faults(text, ())
    assert word in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaultsError, match=r"none\.toml"):
        load_faults(tmp_path / "none.toml", ())


def test_the_example_files_hold_every_kind_and_are_right() -> None:
    files = ("faults.toml", "faults-hostile.toml")
    rules = [rule for file in files for rule in load_faults(ROOT / "configs" / file, ()).rule]
    assert {rule.what for rule in rules} == set(What)


def test_receipt_rules_become_modes_once_their_messages_were_taken() -> None:
    rules = parse_faults(
        '[[rule]]\nwhat = "receipts_lost"\nprobability = 0.25\n'
        '[[rule]]\nwhat = "receipts_late"\nprobability = 0.5\ndelay_s = 60\nafter_messages = 10\n'
        '[[rule]]\nwhat = "receipts_early"\nafter_messages = 10\n',
        (),
    ).rule
    base = ReceiptModes(duplicated=0.1)
    assert receipt_modes(base, rules, 9) == ReceiptModes(lost=0.25, duplicated=0.1)
    assert receipt_modes(base, rules, 10) == ReceiptModes(
        lost=0.25, duplicated=0.1, late=0.5, late_s=60.0, early=True
    )


def test_rules_say_how_receipts_are_told() -> None:
    rules = parse_faults(
        '[[rule]]\nwhat = "receipts_task_ids"\nform = "capitals"\n'
        '[[rule]]\nwhat = "receipts_codes"\ncodes = ["0", ""]\nprobability = 0.5\n'
        '[[rule]]\nwhat = "receipts_segments"\ncode = "X"\n',
        (),
    ).rule
    assert receipt_modes(ReceiptModes(), rules, 0) == ReceiptModes(
        task_ids=1.0,
        task_ids_form="capitals",
        codes=0.5,
        codes_told=("0", ""),
        segments=1.0,
        segments_code="X",
    )


BODIES: dict[str, dict[str, Any]] = {
    SEND: {"resolve_task": {"params": [{"cust_flag": str(at)} for at in range(10)]}},
    "CreateResolveTask": {"params": [{"cust_flag": str(at)} for at in range(10)]},
    "CreateVmsSendTask": {
        "individual_params": [{"mobiles": [str(at)]} for at in range(9)] + [{"mobiles": ["9"]}]
    },
    "SendAimBatchMessages": {"to": [str(at) for at in range(10)]},
    "SendAimBatchDifferentMessages": {"sms_content": [{"to": [str(at)]} for at in range(10)]},
}
ANSWERS: dict[str, dict[str, Any]] = {
    SEND: {"failed_short_chains": []},
    "CreateResolveTask": {"params": [{"cust_flag": "0", "result_code": "0"}]},
    "CreateVmsSendTask": {"data": {"task_id": "t"}},
    "SendAimBatchMessages": {"task_id": "t", "result": [{"to": "+860", "send_status": "000000"}]},
    "SendAimBatchDifferentMessages": {"task_id": "t", "result": []},
}


def digits(value: object) -> list[str]:
    """Find the numbers 0..9 that stand in a body."""
    if isinstance(value, dict):
        return [one for inner in value.values() for one in digits(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in digits(inner)]
    return [value] if isinstance(value, str) and value.isdigit() else []


@pytest.mark.parametrize("operation", BODIES)
@pytest.mark.parametrize(("share", "gone"), [(0.0, 1), (0.3, 3), (1.0, 9)])
def test_a_part_is_left_out_of_every_kind_of_send(operation: str, share: float, gone: int) -> None:
    whole = json.dumps(BODIES[operation]).encode()
    short = shorten(operation, whole, share, 0.5)
    kept = digits(json.loads(short.body))
    assert (len(short.left_out), len(kept)) == (gone, 10 - gone)
    assert sorted(kept + digits(short.left_out)) == [str(at) for at in range(10)]
    answer = json.dumps(ANSWERS[operation]).encode()
    told = own_up(operation, answer, short.left_out)
    assert (json.loads(told) == ANSWERS[operation]) == (operation == "CreateVmsSendTask")
    assert shorten(operation, whole, share, 0.5) == short != shorten(operation, whole, share, 0.6)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"resolve_task": 3}', b"\xff"])
def test_a_body_that_is_not_understood_stays_whole(body: bytes) -> None:
    for operation in (*BODIES, "ListAimSendTasks"):
        assert shorten(operation, body, 0.5, 0.5).body == body


def test_text_messages_that_were_left_out_are_answered_one_by_one() -> None:
    answer = json.dumps(ANSWERS["SendAimBatchMessages"]).encode()
    told = json.loads(own_up("SendAimBatchMessages", answer, ["13800000001", "+8613800000002"]))
    assert [(one["to"], one["send_status"]) for one in told["result"]] == [
        ("+860", "000000"),
        ("+8613800000001", "E200015"),
        ("+8613800000002", "E200015"),
    ]
