"""Over a run with links of strangers, nobody is asked anything but the endpoint."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Desk
from tests.support.emulator_process import running_emulator
from tests.support.source import ROOT

WATCHED = """
import sys
told = open({told!r}, "a", buffering=1)

def hear(event, given):
    if event == "socket.connect":
        told.write(f"connect {{given[1]!r}}\\n")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        told.write(f"ask {{given[0]!r}}\\n")

sys.addaudithook(hear)
from pipeline.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
CARD = """
template = "700000001"
params = { name = "姓名", points = "积分", shop = "=云商城" }
signatures = ["云商城"]

[message.short_url]
custom_url = "链接"
domains = ["example.com"]
"""
KEYS = {"HUAWEICLOUD_SDK_AK": "emulator-ak", "HUAWEICLOUD_SDK_SK": "emulator-sk"}
LINKS = (
    "https://example.com/{at}",
    "http://shop.example.com/a?x={at}",
    "http://169.254.169.254/latest/{at}",
    "http://127.0.0.1:{at}/",
    "https://example.com@192.0.2.{at}/",
    "file:///etc/passwd?{at}",
    "http://[::1]/{at}",
    "http://2130706433/{at}",
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    lines = [
        (f"会员{at}", f"138{at:08}", "7", LINKS[at % len(LINKS)].format(at=at)) for at in range(40)
    ]
    with (tmp_path / "members.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("姓名", "手机号", "积分", "链接"), *lines])
    return Desk(tmp_path)


def heard(told: Path) -> Iterator[str]:
    yield from told.read_text(encoding="utf-8").splitlines()


def test_no_link_of_a_list_is_followed_or_looked_up(desk: Desk, tmp_path: Path) -> None:
    told = tmp_path / "told.txt"
    watched = tmp_path / "watched.py"
    watched.write_text(WATCHED.format(told=str(told)), encoding="utf-8")
    with running_emulator(tmp_path) as provider:
        campaign = desk.write_campaign(channel="links_only", endpoint=provider.url, message=CARD)
        for line in (("run",), ("reconcile",), ("report",), ("verify", "--online")):
            done = subprocess.run(
                [sys.executable, str(watched), line[0], str(campaign), *line[1:]],
                cwd=desk.folder,
                env={**os.environ, **KEYS, "PYTHONPATH": str(ROOT)},
                check=False,
                capture_output=True,
                text=True,
            )
            assert done.returncode in {0, 1}, done.stderr
        port = provider.url.rpartition(":")[2]
        assert provider.stats()["calls"] > 1
    asked = set(heard(told))
    assert any(one.startswith("connect ") for one in asked)
    assert {one for one in asked if one.startswith("connect ")} == {
        f"connect ('127.0.0.1', {port})"
    }
    assert {one for one in asked if one.startswith("ask ")} <= {"ask '127.0.0.1'"}
