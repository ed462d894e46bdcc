"""A rehearsal, and a test send, say what they are wherever they say that something was sent."""

import json
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import openpyxl
import pytest

from pipeline.cli.main import _COMMANDS
from pipeline.emulator.options import EmulatorOptions
from pipeline.ports.marks import REHEARSAL, TEST_SEND, UNKNOWN_ENDPOINT
from tests.support.command import Desk, Done
from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY, EmulatorProcess
from tests.support.serving import WAIT_S, waited_for

MEMBERS = 40
KEYS = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}
OWN = "13900000001"
SAID_OF_REAL_PEOPLE = re.compile(
    r"people who were sent|(was|were) sent a message|(?<!would )(has|have) got it so far"
    r"|rows? (was|were) delivered"
)


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
    assert page.index(f'role="alert"><span class="en" lang="en">{mark}') < page.index("<h1>")


def walked(desk: Desk, run: str) -> dict[str, list[tuple[object, ...]]]:
    """Return what each command is asked, in an order in which one leaves what the next needs."""
    state, url = ("--state", "state"), "http://127.0.0.1:9/receipts"
    for name, number in zip(("one.txt", "another.txt"), desk.taken(), strict=False):
        (desk.folder / name).write_text(number, encoding="utf-8")
    return {
        "init": [("members.csv",), ("members.csv", "--output", "other.toml")],
        "check": [(desk.campaign,), (desk.campaign, "--json")],
        "probe": [(desk.campaign,), (desk.campaign, "--json")],
        "schedule": [(desk.campaign, "--rehearsal")],
        "notify": [(desk.campaign,), (desk.campaign, "--json")],
        "run": [(desk.campaign,)],
        "rerun": [(desk.campaign,), (desk.campaign, "--json")],
        "reconcile": [(desk.campaign,)],
        "doubts": [(run, *state), (run, "--json", *state)],
        "status": [(desk.campaign, "--json"), (desk.campaign, "--check"), state],
        "runs": [(desk.campaign, "--json"), state],
        "explain": [(desk.campaign, "2"), (desk.campaign, "2", "--json")],
        "verify": [(desk.campaign,), (desk.campaign, "--json")],
        "report": [(desk.campaign,), (desk.campaign, "--json")],
        "suppress": [
            ("add", OWN, "--campaign", desk.campaign),
            ("add", OWN, "--json", *state),
            ("list", *state),
            ("list", "--json", *state),
            ("remove", OWN, "--note", "asked", *state),
            ("export", "numbers.csv", *state),
        ],
        "receipts": [
            ("register", desk.campaign, "--url", url),
            ("register", desk.campaign, "--url", url, "--json"),
            ("list", desk.campaign),
        ],
        "erase": [
            ("--file", "one.txt", "--yes", *state),
            ("--file", "another.txt", "--yes", "--json", *state),
        ],
        "purge": [
            ("--run", run, *state),
            ("--run", run, "--json", *state),
            ("--run", run, "--unfinished", "--yes", *state),
        ],
    }


WALKED_ELSEWHERE = {
    *("demo", "drop", "serve", "emulator", "pause", "resume", "stop", "limit"),
    "nightly",  # silent where it is well; tests/e2e/test_nightly.py hears a bad one
}
TELLS_NOTHING_OF_SENDING = {"backup", "restore", "explain-error"}


def heard_first(done: Done, arguments: tuple[object, ...]) -> str:
    """Return the mark of a command's output, wherever it has to stand."""
    if "--json" in arguments:
        found = done.json
        one = found[0] if isinstance(found, list) else found
        one = one["runs"][0] if arguments[0] in {"purge", "erase"} else one
        assert one["unknown_endpoint"] is False
        return REHEARSAL if one["rehearsal"] is True else ""
    stream = done.err if arguments[0] == "init" else done.out
    return stream.splitlines()[0].removeprefix("# ")


def test_every_command_and_every_file_of_a_rehearsal_says_so_first(desk: Desk) -> None:
    done = desk.koosend("run", desk.campaign, "--json")
    assert done.json["rehearsal"] is True
    assert done.err.splitlines()[0] == REHEARSAL
    run = done.json["run"]
    asked = walked(desk, run)
    assert {*asked, *WALKED_ELSEWHERE, *TELLS_NOTHING_OF_SENDING} == set(_COMMANDS), (
        "a command that is not walked"
    )
    for command, lines in asked.items():
        if command == "suppress":
            assert_files_say(folder_of(desk, run), "rehearsal-", REHEARSAL)
        for arguments in lines:
            told = desk.koosend(command, *arguments, env={"KOOSEND_RECEIPTS_TOKEN": "0a" * 16})
            assert heard_first(told, (command, *arguments)) == REHEARSAL, (command, told)
    assert "rehearsal, all submitted" in desk.koosend("runs", desk.campaign).out
    assert "rehearsal, forgotten" in desk.koosend("purge", "--run", run, "--state", "state").out
    proposed = (desk.folder / "other.toml").read_text(encoding="utf-8")
    assert proposed.index(REHEARSAL) < proposed.index('endpoint = "emulator"')
    given = desk.koosend("init", "members.csv", "--endpoint", "https://koomessage.example.com")
    assert REHEARSAL not in given.out + given.err


def test_what_is_said_of_a_run_from_another_shell_says_so_first(desk: Desk) -> None:
    desk.write_campaign(max_messages=5)
    assert desk.koosend("run", desk.campaign).exit == 75
    for words in (
        ("pause",),
        ("resume",),
        ("limit", "--messages-per-s", 9),
        ("stop", "--reason", "a trial"),
    ):
        for form in ((), ("--json",)):
            told = desk.koosend(words[0], desk.campaign, *words[1:], *form)
            assert heard_first(told, (*words, *form)) == REHEARSAL, told


def test_a_run_that_is_dropped_is_called_a_rehearsal_too(desk: Desk) -> None:
    desk.write_campaign(max_messages=5)
    run = desk.koosend("run", desk.campaign, "--json").json["run"]
    told = desk.koosend("drop", run, "--yes", "--state", "state")
    assert told.out.splitlines()[0] == REHEARSAL
    assert_files_say(folder_of(desk, run), "rehearsal-", REHEARSAL)
    desk.write_campaign(name="another", max_messages=5)
    run = desk.koosend("run", desk.campaign, "--json").json["run"]
    assert desk.koosend("drop", run, "--yes", "--json", "--state", "state").json["rehearsal"]


def test_nowhere_is_it_said_that_people_of_a_rehearsal_were_sent_a_message(desk: Desk) -> None:
    desk.write_campaign(extra='\n[receipts]\nlisten = "127.0.0.1:0"\n')
    begun = desk.koosend("run", desk.campaign)
    run = desk.koosend("status", desk.campaign, "--json").json
    said = (
        begun.out,
        desk.koosend("reconcile", desk.campaign).out,
        desk.koosend("status", desk.campaign).out,
        run["sentence"],
        status_page(desk),
    )
    for text in said:
        assert "would have been sent a message" in text
    folder = folder_of(desk, run["run"])
    page = (folder / "rehearsal-report.html").read_text(encoding="utf-8")
    book = openpyxl.load_workbook(folder / "rehearsal-report.xlsx").worksheets[0]
    cells = " ".join(str(cell) for row in book.iter_rows(values_only=True) for cell in row if cell)
    for text in (*said, page, cells):
        assert not SAID_OF_REAL_PEOPLE.search(text)
    assert "would have been delivered" in cells
    assert "若为正式发送" in page


def status_page(desk: Desk) -> str:
    """Serve the state folder, read what it prints and its page; both say the mark first."""
    line = ("serve", desk.campaign, "--page", "127.0.0.1:0")
    heard = desk.folder / "serve.err"
    with heard.open("w") as err, desk.started(*line, err=err) as process:
        url = waited_for(desk.folder / "state" / "serve.url", process)
        with build_opener(HTTPCookieProcessor()).open(url, timeout=WAIT_S) as answer:
            page = str(answer.read().decode())
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
    assert heard.read_text(encoding="utf-8").splitlines()[0] == REHEARSAL
    assert page.index(f"<title>{REHEARSAL}") < page.index(f'role="alert">{REHEARSAL}')
    assert page.index(f'role="alert">{REHEARSAL}') < page.index("<h1>")
    return page


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
        for asked in (
            ("check", desk.campaign),
            ("probe", desk.campaign),
            ("receipts", "list", desk.campaign),
            ("suppress", "list", "--campaign", desk.campaign),
        ):
            assert desk.koosend(*asked, env=KEYS).out.startswith(REHEARSAL), asked
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
