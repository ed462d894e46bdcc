"""What monitoring hears of commands, as node_exporter and Prometheus would."""

import re
import signal
import urllib.error
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.command import Desk
from tests.support.members import write_members
from tests.support.serving import WAIT_S, waited_for

TOKEN = "0123456789abcdef" * 2
METRICS = '\n[metrics]\ntextfile = "metrics/koosend.prom"\n'
RECEIPTS = '\n[receipts]\nlisten = "127.0.0.1:0"\n'


@pytest.fixture
def metered(desk: Desk) -> Desk:
    (desk.folder / "metrics").mkdir()
    write_members(desk.folder / "members.csv", 20)
    desk.write_campaign(extra=METRICS + RECEIPTS)
    return desk


def figures(text: str) -> dict[str, float]:
    """Return the values by their names and the labels that tell them apart."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = [
                value
                for name, value in sorted(sample.labels.items())
                if name in {"outcome", "state", "operation", "code", "command", "le", "rehearsal"}
            ]
            found[" ".join([sample.name, *labels])] = sample.value
    return found


def told(desk: Desk) -> dict[str, float]:
    return figures((desk.folder / "metrics" / "koosend.prom").read_text(encoding="utf-8"))


def test_a_night_is_told_of_and_what_later_commands_count_is_added(metered: Desk) -> None:
    run = metered.koosend("run", metered.campaign)
    assert run.exit in (0, 1), run.err
    first = told(metered)
    assert first["koosend_messages true"] == len(metered.taken())
    assert first["koosend_admitted_messages_total true"] == len(metered.taken())
    assert first["koosend_calls_total ok CreateAimSendTask true"] >= 1
    assert first["koosend_last_exit_code run true"] == run.exit
    assert first["koosend_last_good_night_timestamp_seconds true"] > 1e9
    assert first["koosend_doubts true"] == 0
    rows = sum(value for name, value in first.items() if name.startswith("koosend_rows "))
    assert rows == 20
    assert metered.koosend("reconcile", metered.campaign).exit in (0, 1)
    second = told(metered)
    assert second["koosend_last_exit_code reconcile true"] in (0, 1)
    assert second["koosend_last_exit_code run true"] == run.exit
    for name, value in first.items():
        if name.split(" ")[0].endswith(("_total", "_count", "_bucket", "_sum")):
            assert second[name] >= value
    calls = "koosend_calls_total ok ListAimSendDetails true"
    assert second[calls] > first.get(calls, 0)
    text = (metered.folder / "metrics" / "koosend.prom").read_text(encoding="utf-8")
    assert not re.search(r"\b1[3-9]\d{9}\b(?!\.)", text)


def test_a_night_that_did_not_come_to_sending_is_told_of_by_its_exit_code(metered: Desk) -> None:
    (metered.folder / "members.csv").unlink()
    assert metered.koosend("run", metered.campaign).exit == 66
    assert told(metered)["koosend_last_exit_code run true"] == 66
    assert "koosend_last_good_night_timestamp_seconds true" not in told(metered)


@pytest.mark.parametrize("trouble", ["no folder", "of another"])
def test_metrics_that_cannot_be_written_are_one_sentence_and_change_nothing_else(
    metered: Desk, trouble: str
) -> None:
    folder = metered.folder / "metrics"
    if trouble == "no folder":
        folder.rmdir()
    else:
        (folder / "koosend.prom").write_text("node_load1 3\n", encoding="utf-8")
    run = metered.koosend("run", metered.campaign)
    assert run.exit in (0, 1)
    assert run.err.count("the metrics of members could not be written") == 1
    assert len(metered.taken()) > 10


def test_without_the_library_a_run_says_so_once_and_sends(metered: Desk) -> None:
    hidden = metered.folder / "hidden" / "prometheus_client.py"
    hidden.parent.mkdir()
    hidden.write_text("raise ImportError\n", encoding="utf-8")
    afresh = Desk(metered.folder, is_fork=False)
    run = afresh.koosend("run", metered.campaign, env={"PYTHONPATH": str(hidden.parent)})
    assert run.exit in (0, 1)
    assert run.err.count("prometheus-client is not installed") == 1
    assert len(metered.taken()) > 10


def scraped(url: str, token: str = "") -> str:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 -- this machine
    with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310 -- as above
        return str(answer.read().decode())


def test_a_service_answers_metrics_of_all_the_folders_commands_and_writes_the_file(
    metered: Desk,
) -> None:
    assert metered.koosend("run", metered.campaign).exit in (0, 1)
    written = metered.folder / "metrics" / "koosend.prom"
    written.unlink()
    log = metered.folder / "serve.err"
    env = {"KOOSEND_RECEIPTS_TOKEN": TOKEN, "KOOSEND_METRICS_TOKEN": TOKEN}
    line = ("serve", metered.campaign, "--no-page", "--metrics", "127.0.0.1:0")
    with log.open("w") as err, metered.started(*line, env=env, err=err) as process:
        waited_for(metered.folder / "state" / "serve.lock", process)
        waited_for(written, process)
        place = re.search(r"metrics: (\S+)", log.read_text(encoding="utf-8"))
        assert place is not None
        found = figures(scraped(place[1], TOKEN))
        assert found["koosend_messages true"] == len(metered.taken())
        assert found["koosend_last_exit_code run true"] in (0, 1)
        with pytest.raises(urllib.error.HTTPError, match="401"):
            scraped(place[1])
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0


def test_a_place_that_others_reach_needs_a_token(metered: Desk) -> None:
    env = {"KOOSEND_RECEIPTS_TOKEN": TOKEN, "KOOSEND_METRICS_TOKEN": ""}
    line = ("serve", metered.campaign, "--no-page", "--metrics", "0.0.0.0:0")
    done = metered.koosend(*line, env=env)
    assert done.exit == 77
    assert "KOOSEND_METRICS_TOKEN" in done.err
    assert metered.koosend("serve", metered.campaign, "--metrics", "nowhere", env=env).exit == 2
