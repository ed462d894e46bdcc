"""Hold dashboard and alert rules to the metrics that koosend tells, and these to them."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from pipeline.core.errors import Exit
from pipeline.core.outcome import Outcome
from pipeline.metrics import Metric
from tests.support.source import ROOT

MONITORING = ROOT / "configs" / "monitoring"
RULES = MONITORING / "koosend-rules.yml"
DASHBOARD = MONITORING / "koosend-dashboard.json"
PROMTOOL = shutil.which("promtool") or ""

NAME = re.compile(r"\b(koosend_[a-z_]+)\b(?:\{([^}]*)\})?")
LABEL = re.compile(r"([a-z_]+)\s*(=~|!~|!=|=)\s*\"([^\"]*)\"")
OF_HISTOGRAMS = re.compile("_(bucket|sum|count)$")


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return found


def panels() -> Iterator[tuple[str, list[str]]]:
    for panel in dashboard()["panels"]:
        yield panel["title"], [target["expr"] for target in panel["targets"]]


def expressions() -> list[str]:
    asked = [one["query"]["query"] for one in dashboard()["templating"]["list"][1:]]
    return [*(rule["expr"] for rule in rules()), *(e for _, some in panels() for e in some), *asked]


def metric_of(name: str) -> Metric | None:
    base = OF_HISTOGRAMS.sub("", name)
    found = next((metric for metric in Metric if metric in {name, base}), None)
    if found is None or (found != name and found.kind != "histogram"):
        return None
    return found


def test_whatever_is_asked_for_is_told_with_labels_that_it_has() -> None:
    for expression in expressions():
        for name, chosen in NAME.findall(expression):
            metric = metric_of(name)
            assert metric is not None, f"{name} of {expression}"
            wanted = {label for label, _, _ in LABEL.findall(chosen)}
            assert wanted <= {*metric.labels, "le"}, expression


def test_the_dashboard_shows_every_metric() -> None:
    asked = {metric_of(name) for _, some in panels() for e in some for name, _ in NAME.findall(e)}
    assert asked == set(Metric)


def test_what_labels_are_compared_with_are_values_that_there_are() -> None:
    known = {
        "rehearsal": {"true", "false"},
        "code": {"ok"},
        "outcome": {str(outcome) for outcome in Outcome},
    }
    for expression in (rule["expr"] for rule in rules()):
        for _, chosen in NAME.findall(expression):
            for label, _, value in LABEL.findall(chosen):
                assert set(value.split("|")) <= known[label], expression


def test_no_alert_is_about_a_rehearsal_and_each_says_whose_it_is_and_what_to_do() -> None:
    for rule in rules():
        names = [name for name, _ in NAME.findall(rule["expr"])]
        real = all('rehearsal="false"' in chosen for _, chosen in NAME.findall(rule["expr"]))
        assert real or not names or names == ["koosend_ledger_commit_seconds_bucket"]
        assert "{{" in rule["annotations"]["summary"]
        assert (
            rule["annotations"]["description"].endswith(".")
            or "?" in rule["annotations"]["description"]
        )
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_the_codes_that_page_nobody_are_those_where_nothing_is_wrong() -> None:
    (failed,) = (rule["expr"] for rule in rules() if rule["alert"] == "KoosendCommandFailed")
    assert "> 1 " in failed
    assert failed.endswith(f"!= {int(Exit.WORK_LEFT)}")
    assert int(Exit.ROWS_FAILED) == 1


def test_panels_have_names_of_their_own_and_lie_beside_each_other() -> None:
    titles = [title for title, _ in panels()]
    assert len(titles) == len(set(titles))
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken
        taken |= cells


@pytest.mark.skipif(not PROMTOOL, reason="Debian's package prometheus has promtool")
def test_prometheus_itself_takes_the_rules() -> None:
    done = subprocess.run(
        [PROMTOOL, "check", "rules", str(RULES)], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules())} rules found" in done.stdout
