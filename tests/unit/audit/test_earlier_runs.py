"""A row that was left out as sent must be borne out by the run that it names."""

import numpy as np
import pytest

from pipeline.audit.books import FindingCode
from pipeline.audit.earlier_runs import Numbers, check_earlier_runs
from pipeline.core.model import RejectedRow, Rejection, RunId
from pipeline.ports import Rejects

KNOWN = {RunId("aaaaaaaa"): np.array([13900000001, 13900000003], dtype=np.int64)}


def attempted_by(run: RunId) -> Numbers | None:
    return KNOWN.get(run)


def left_out(phone: str, detail: str, reason: Rejection = Rejection.ALREADY_SENT) -> Rejects:
    row = RejectedRow(7, "", 9, reason, "手机号", phone, (phone,), detail=detail)
    return Rejects("", ("手机号",), (row,))


@pytest.mark.parametrize(
    ("rejects", "sentence"),
    [
        (left_out("13900000001", "run aaaaaaaa, 2026-11-28 20:30"), ""),
        (left_out("13900000003", "run aaaaaaaa, 2026-11-28 20:30"), ""),
        (left_out("13900000002", "run aaaaaaaa, 2026-11-28 20:30"), "no request of that run"),
        (left_out("13900000004", "run aaaaaaaa, 2026-11-28 20:30"), "no request of that run"),
        (left_out("13900000001", "yesterday"), "it names no earlier run"),
        (left_out("13900000002", "run bbbbbbbb, 2026-11-28 20:30"), ""),  # its ledger is gone
        (left_out("", "run aaaaaaaa, 2026-11-28 20:30"), ""),  # forgotten by a purge
        (left_out("13900000002", "", Rejection.OPTED_OUT), ""),
    ],
)
def test_the_run_that_is_named_must_have_carried_the_number(
    rejects: Rejects, sentence: str
) -> None:
    found = list(check_earlier_runs([rejects], attempted_by))
    assert [finding.code for finding in found] == [FindingCode.REPEAT_UNPROVED] * bool(sentence)
    for finding in found:
        assert sentence in finding.sentence
        assert finding.where == "row 7"
        assert "1390000" not in finding.sentence, "numbers are masked"
