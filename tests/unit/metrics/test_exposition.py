"""What Prometheus is given to read."""

import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.measures import COMMIT_BOUNDS_S, Spread
from pipeline.metrics import LibraryMissing, Metric, Sample, exposed

LABELS = ("members", "aim", "false")


def read(text: bytes) -> dict[str, float]:
    """Read a text as Prometheus would: a value by name and labels."""
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_each_metric_is_named_as_prometheus_wants_it() -> None:
    for metric in Metric:
        assert metric.startswith("koosend_")
        assert metric.endswith("_total") == (metric.kind == "counter")
        assert metric.meaning
        assert len(metric.labels) == len(set(metric.labels))


def test_what_is_written_can_be_read_and_says_the_same() -> None:
    spread = Spread((1, 2, *(0,) * (len(COMMIT_BOUNDS_S) - 1)), 0.25)
    text = exposed(
        [
            Sample(Metric.ROWS, (*LABELS, "card"), 7),
            Sample(Metric.CALLS, ("members", "false", "CreateAimSendTask", "ok"), 3),
            Sample(Metric.COMMITS, ("members", "false"), spread),
        ]
    )
    found = read(text)
    assert 7 in found.values()
    calls = [value for name, value in found.items() if name.startswith("koosend_calls_total[")]
    assert calls == [3]
    of = "('campaign', 'members')"
    assert found[f"koosend_ledger_commit_seconds_count[{of}, ('rehearsal', 'false')]"] == 3
    assert found[f"koosend_ledger_commit_seconds_sum[{of}, ('rehearsal', 'false')]"] == 0.25
    at_most = f"koosend_ledger_commit_seconds_bucket[{of}, ('le', '0.001'), ('rehearsal', 'false')]"
    assert found[at_most] == 1


def test_a_label_breaks_no_line_and_holds_no_number() -> None:
    name = 'a"b\\c\nkoosend_rows 9 13000000001'
    text = exposed([Sample(Metric.ROWS, (name, "aim", "false", "card"), 1)]).decode()
    assert "13000000001" not in text
    assert len([line for line in text.splitlines() if line.startswith("koosend_rows")]) == 1
    assert list(read(text.encode()).values()) == [1]


def test_without_its_library_nothing_is_written_and_one_sentence_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(LibraryMissing, match="pipx inject koosend prometheus-client"):
        exposed([])
