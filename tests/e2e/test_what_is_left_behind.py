"""What commands print and leave, over all their ways to end: no secret, no number, no open file."""

import json
import re
import signal
import stat
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.emulator.options import EmulatorOptions
from tests.support.command import Desk, Done, command
from tests.support.emulator_process import running_emulator
from tests.support.members import write_members
from tests.support.serving import WAIT_S, post, waited_for

CANARIES = {
    "HUAWEICLOUD_SDK_AK": "canary4AK7access",
    "HUAWEICLOUD_SDK_SK": "canary5SK8/secret+key=",
    "KOO_USER": "canary-robot",
    "KOO_PASSWORD": 'canary"pass\\word',
    "KOO_TOKEN": "MIIcanaryTOKEN0123456789",
    "KOOSEND_RECEIPTS_TOKEN": "canaryPATHtoken0123456789",
}
WORLD = f"""
[account]
access_key = {json.dumps(CANARIES["HUAWEICLOUD_SDK_AK"])}
secret_key = {json.dumps(CANARIES["HUAWEICLOUD_SDK_SK"])}
iam_user = {json.dumps(CANARIES["KOO_USER"])}
iam_password = {json.dumps(CANARIES["KOO_PASSWORD"])}
"""
LOGIN = """user_env = "KOO_USER"
password_env = "KOO_PASSWORD"
domain = "emulator-domain"
project = "cn-north-4"
"""
READY = 'token_env = "KOO_TOKEN"\n'
RECEIPTS = '\n[receipts]\nlisten = "127.0.0.1:0"\n'
KNOWN = "13800138000"
WRONG = {
    **CANARIES,
    "HUAWEICLOUD_SDK_SK": "canary-wrong-secret",
    "KOO_PASSWORD": "canary-wrong-word",
    "KOO_TOKEN": "two canary words",
}
_SIGNATURE = re.compile(rb"SDK-HMAC-SHA256|Signature=|MII[A-Za-z0-9_-]{40}")
_NUMBER = re.compile(r"(?<![0-9a-z-])(?:\+?86)?1[3-9][0-9]{9}(?![0-9a-z-])")
WHOLE = {"outcomes.csv", "rejected.csv", "report.xlsx", "links.csv", "given.csv", "members.csv"}
"""Files whose purpose is whole numbers: what the operator works with, and the list itself."""


@dataclass(slots=True)
class Traces:
    """What many commands have left: their outputs by their lines, the desk, its processes."""

    desk: Desk
    done: dict[str, Done] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)

    def call(self, *arguments: object, env: Mapping[str, str] = CANARIES) -> Done:
        said = f"{len(self.done)} {' '.join(map(str, arguments))}"
        self.done[said] = self.desk.koosend(*arguments, env=env)
        return self.done[said]

    def files(self) -> Iterator[Path]:
        yield from (path for path in self.desk.folder.rglob("*") if path.is_file())


def of_account(desk: Desk, keys: str, endpoint: str) -> Path:
    """Write a campaign of an account beside the first, with a state folder of its own."""
    path = desk.write_campaign(endpoint=endpoint, extra=RECEIPTS)
    text = path.read_text(encoding="utf-8").replace("[account]\n", f"[account]\n{keys}", 1)
    other = desk.folder / f"{len(list(desk.folder.glob('*.toml')))}.toml"
    other.write_text(text.replace('state = "state"', f'state = "{other.stem}"'), encoding="utf-8")
    return other


def all_goes_well(traces: Traces, url: str) -> None:
    """Call each command as it is meant."""
    desk = traces.desk
    campaign = desk.write_campaign(endpoint=url, extra=RECEIPTS)
    for arguments in (
        ("init", "members.csv"),
        ("check", campaign),
        ("probe", campaign),
        ("schedule", campaign),
        ("run", campaign),
        ("reconcile", campaign),
        ("status", campaign, "--json"),
        ("doubts", campaign),
        ("runs", campaign),
        ("verify", campaign),
        ("check", campaign, "--json"),
        ("status", campaign),
        ("explain", campaign, "2"),
        ("verify", campaign, "--online"),
        ("report", campaign),
        ("rerun", campaign),
        ("receipts", "register", campaign, "--url", "https://receipts.example.com", "--yes"),
        ("receipts", "list", campaign),
        ("suppress", "add", KNOWN, "--campaign", campaign, "--note", f"of {KNOWN}"),
        ("suppress", "list", "--campaign", campaign),
        ("suppress", "export", "given.csv", "--campaign", campaign),
        ("purge", "--older-than", "1", "--campaign", campaign),
    ):
        traces.call(*arguments)


def all_goes_wrong(traces: Traces, url: str) -> None:
    """Call them with what is wrong, missing, or somebody else's."""
    desk = traces.desk
    login = f'iam_endpoint = "{url}"\n{LOGIN}'
    for keys, endpoint, env in (
        ("", url, WRONG),
        (login, url, CANARIES),
        (login, url, WRONG),
        (READY, url, CANARIES),
        (READY, url, WRONG),
        ('access_key_env = "canary5SK8/secret"\n', url, CANARIES),
        (f'token_env = "{CANARIES["KOO_TOKEN"]}"\n', url, CANARIES),
    ):
        campaign = of_account(desk, keys, endpoint)
        for name in ("check", "run", "verify", "receipts"):
            more = ("list",) if name == "receipts" else ()
            traces.call(name, *more, campaign, env=env)
    traces.call("check", of_account(desk, "", "http://127.0.0.1:9"))
    traces.call("explain", desk.campaign, KNOWN)
    traces.call("explain", desk.campaign, f"+86 {KNOWN}")
    traces.call("status", KNOWN)
    traces.call("run", f"{KNOWN}.toml")
    traces.call(KNOWN)
    (desk.folder / "wrong.toml").write_text(f"[campaign]\nname = {KNOWN}\n", encoding="utf-8")
    traces.call("check", "wrong.toml")


def receipts_come(traces: Traces) -> None:
    """Serve, and be pushed what names people, by friends and by strangers."""
    desk = traces.desk
    with desk.started("serve", desk.campaign, "--page", "127.0.0.1:0", env=CANARIES) as service:
        waited_for(desk.folder / "state" / "serve.url", service)
        place = json.loads(waited_for(desk.folder / "state" / "serve.lock", service))["place"]
        body = f"from={KNOWN}&to=1069&body=call {KNOWN}".encode()
        assert post(f"http://{place}/{CANARIES['KOOSEND_RECEIPTS_TOKEN']}/r", body) == 200
        assert post(f"http://{place}/{KNOWN}/r", body) == 404
        assert post(f"http://{place}/{CANARIES['KOOSEND_RECEIPTS_TOKEN']}/r", b"?" + body) == 200
        traces.lines.append(Path(f"/proc/{service.pid}/cmdline").read_bytes())
        service.send_signal(signal.SIGTERM)
        assert service.wait(WAIT_S) == 0


@pytest.fixture
def traces(tmp_path: Path) -> Traces:
    folder, beside = tmp_path / "desk", tmp_path / "provider"
    folder.mkdir()
    beside.mkdir()
    write_members(folder / "members.csv", 30, seed=24)
    with (folder / "members.csv").open("a", encoding="utf-8") as file:
        file.write(f"M99,打{KNOWN},{KNOWN},1\nM98,打{KNOWN},12345,{KNOWN}\n")
    world = beside / "world.toml"
    world.write_text(WORLD, encoding="utf-8")
    found = Traces(Desk(folder))
    with running_emulator(beside, EmulatorOptions(world=world)) as provider:
        all_goes_well(found, provider.url)
        receipts_come(found)
        all_goes_wrong(found, provider.url)
    return found


def test_no_secret_and_no_whole_number_is_in_anything_that_is_printed_or_left(
    traces: Traces,
) -> None:
    ends = {done.exit for done in traces.done.values()}
    assert ends >= {0, 2, 69, 77, 78}
    assert 70 not in ends
    assert len(traces.done) >= 55
    assert places_of_secrets(traces) == []
    assert places_of_numbers(traces) == []


def places_of_secrets(traces: Traces) -> list[str]:
    """Return what holds a secret or a signature: files, outputs, lines of processes."""
    secrets = {*CANARIES.values(), *WRONG.values()} - {CANARIES["KOO_USER"]}
    forms = {form.encode() for one in secrets for form in (one, json.dumps(one)[1:-1])}
    campaigns = set(traces.desk.folder.glob("*.toml"))
    left = {str(path): path.read_bytes() for path in traces.files() if path not in campaigns}
    said = {line: (done.out + done.err).encode() for line, done in traces.done.items()}
    assert len(left) > 20
    everything = {**left, **said, "command lines": b"".join(traces.lines)}
    return [
        place
        for place, text in everything.items()
        if _SIGNATURE.search(text) or any(one in text for one in forms)
    ]


def places_of_numbers(traces: Traces) -> list[str]:
    """Return what shows a whole number: outputs, logs, pages, what commands leave for others."""
    told = {line: done.out + done.err for line, done in traces.done.items()}
    for path in traces.files():
        if path.name not in WHOLE and path.suffix in {".jsonl", ".html", ".json", ".url", ".lock"}:
            told[str(path)] = path.read_text(encoding="utf-8")
    assert sum("****" in text for text in told.values()) > 5
    return [place for place, text in told.items() if _NUMBER.search(text)]


def modes(folder: Path) -> Mapping[str, str]:
    """Return what others than the owner may do to each file and folder below one."""
    return {
        path.relative_to(folder).as_posix(): oct(mode)
        for path in folder.rglob("*")
        if (mode := stat.S_IMODE(path.lstat().st_mode)) & 0o077
    }


def by_umask(desk: Desk, mask: int, *arguments: object) -> int:
    return subprocess.run(
        command(*arguments), cwd=desk.folder, umask=mask, check=False, capture_output=True
    ).returncode


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077], ids=oct)
def test_nobody_else_may_read_what_a_command_makes(tmp_path: Path, mask: int) -> None:
    desk = Desk(tmp_path)
    lists = tmp_path / "lists"
    lists.mkdir(mode=0o755)
    write_members(desk.folder / "members.csv", 5)
    before = set(tmp_path.rglob("*"))
    desk.write_campaign()
    assert by_umask(desk, mask, "run", desk.campaign) in {0, 1}
    assert by_umask(desk, mask, "suppress", "export", "given.csv", "--campaign", desk.campaign) == 0
    made = set(tmp_path.rglob("*")) - before - {desk.campaign}
    assert len(made) > 12
    strange = modes(tmp_path)
    assert {path.name for path in made if path.relative_to(tmp_path).as_posix() in strange} == set()
