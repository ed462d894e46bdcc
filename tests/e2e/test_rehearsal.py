"""A rehearsal, and a test send, say what they are wherever they say that something was sent."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import openpyxl
import pytest

from pipeline.emulator.options import EmulatorOptions
from pipeline.ports.marks import REHEARSAL, TEST_SEND, UNKNOWN_ENDPOINT
from tests.support.command import Desk
from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY, EmulatorProcess

MEMBERS = 40
KEYS = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}
OWN = "13900000001"


def folder_of(desk: Desk, run: str) -> Path:
    return desk.folder / "state" / "runs" / run


def first_of(book: Path) -> tuple[str, str]:
    """Read a workbook's title, and the first cell that is seen when it is opened."""
    opened = openpyxl.load_workbook(book)
    return str(opened.properties.title), str(opened.worksheets[0]["A1"].value)


def assert_files_say(folder: Path, prefix: str, mark: str) -> None:
    """See that whatever leaves a run's folder by itself says it, and the folder of the rest."""
    names = {path.name for path in folder.iterdir()}
    assert f"{prefix}report.xlsx" in names
    assert f"{prefix}report.html" in names
    assert not {"report.xlsx", "report.html"} & names
    notes = [path for path in folder.glob("*.txt") if mark in path.read_text(encoding="utf-8-sig")]
    assert notes, names
    title, top = first_of(folder / f"{prefix}report.xlsx")
    assert title.startswith(mark)
    assert top == mark
    page = (folder / f"{prefix}report.html").read_text(encoding="utf-8")
    assert f"<title>{mark}" in page
    assert page.index(f'role="alert">{mark}') < page.index("<h1>")


def test_every_command_and_every_file_of_a_rehearsal_says_so_first(desk: Desk) -> None:
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.json["rehearsal"] is True
    assert done.err.splitlines()[0] == REHEARSAL
    run = done.json["run"]
    told_alone = (
        ("run", desk.campaign),
        ("reconcile", desk.campaign),
        ("doubts", run, "--state", "state"),
        ("rerun", desk.campaign),
    )
    told_twice = (
        ("check", desk.campaign),
        ("status", desk.campaign),
        ("runs", desk.campaign),
        ("explain", desk.campaign, "2"),
        ("verify", desk.campaign),
        ("report", desk.campaign),
    )
    for arguments in (*told_alone, *told_twice):
        told = desk.koosend(*arguments)
        assert told.out.splitlines()[0] == REHEARSAL, arguments
    for arguments in told_twice:
        found = desk.koosend(*arguments, "--json").json
        assert (found[0] if isinstance(found, list) else found)["rehearsal"] is True, arguments
    assert "rehearsal, all submitted" in desk.koosend("runs", desk.campaign).out
    assert_files_say(folder_of(desk, run), "rehearsal-", REHEARSAL)


def test_a_crontab_of_a_rehearsal_is_only_written_for_who_asks_for_one(desk: Desk) -> None:
    refused = desk.koosend("schedule", desk.campaign)
    assert refused.exit == 2
    assert not refused.out
    assert "--rehearsal" in refused.err
    assert "account.endpoint" in refused.err
    written = desk.koosend("schedule", desk.campaign, "--rehearsal")
    assert written.exit == 0
    assert written.out.splitlines()[0] == f"# {REHEARSAL}"


def test_an_emulator_of_its_own_is_known_by_its_answers_from_the_first_one_on(
    desk: Desk, tmp_path: Path
) -> None:
    provider = EmulatorProcess.start(tmp_path, EmulatorOptions(seed=7))
    try:
        desk.write_campaign(endpoint=provider.url, max_messages=20)
        begun = desk.koosend("run", desk.campaign, env=KEYS)
        assert begun.exit == 75
        assert REHEARSAL in begun.err.splitlines()
        assert begun.out.splitlines()[0] == REHEARSAL
        assert desk.koosend("check", desk.campaign, env=KEYS).out.startswith(REHEARSAL)
    finally:
        provider.kill()
    told = desk.koosend("status", desk.campaign, "--json")
    assert (told.json["rehearsal"], told.json["unknown_endpoint"]) == (True, False)
    assert_files_say(folder_of(desk, told.json["run"]), "rehearsal-", REHEARSAL)
    assert desk.koosend("schedule", desk.campaign).exit == 2


class _Somebody(BaseHTTPRequestHandler):
    """Answer everything like a provider that is reached by a tunnel: without the mark."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer()

    def log_message(self, *_: object) -> None:
        """Be quiet."""

    def _answer(self) -> None:
        body = json.dumps({"error_code": "APIGW.0301", "error_msg": "not you"}).encode()
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def somebody() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _Somebody)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_answers_here_without_the_mark_is_never_called_a_rehearsal(desk: Desk) -> None:
    with somebody() as port:
        desk.write_campaign(endpoint=f"http://127.0.0.1:{port}", ask="false", settle_s=0)
        desk.koosend("run", desk.campaign, env=KEYS)
    told = desk.koosend("status", desk.campaign)
    assert told.out.splitlines()[0] == UNKNOWN_ENDPOINT
    found = desk.koosend("status", desk.campaign, "--json").json
    assert (found["rehearsal"], found["unknown_endpoint"]) == (False, True)
    folder = folder_of(desk, found["run"])
    assert first_of(folder / "report.xlsx")[1] == UNKNOWN_ENDPOINT
    assert not list(folder.glob("rehearsal*"))
    assert desk.koosend("check", desk.campaign, "--offline").out.startswith(UNKNOWN_ENDPOINT)


def test_a_report_is_in_the_language_that_the_campaign_names(desk: Desk) -> None:
    desk.write_campaign(extra='[report]\nlanguage = "zh"\n')
    run = desk.koosend("run", desk.campaign, "--json", env={"LANG": "C", "LC_ALL": "C"}).json["run"]
    book = openpyxl.load_workbook(folder_of(desk, run) / "rehearsal-report.xlsx")
    assert book.sheetnames[0] == "概览"
    assert book.worksheets[0]["A1"].value == REHEARSAL


@pytest.mark.parametrize("as_json", [False, True])
def test_a_test_send_says_so_beside(desk: Desk, *, as_json: bool) -> None:
    both = f"{REHEARSAL} · {TEST_SEND}"
    tried = desk.koosend("run", desk.campaign, "--to", OWN, *(["--json"] if as_json else []))
    if not as_json:
        assert tried.out.splitlines()[0] == both
        return
    assert (tried.json["rehearsal"], tried.json["trial"]) == (True, True)
    assert_files_say(folder_of(desk, tried.json["run"]), "rehearsal-test-send-", both)
