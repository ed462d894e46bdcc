"""The page at `/`: what a person rehearsing sees, and what they must not."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from pipeline.emulator.console.page import masked
from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_plain import AIM, BASIC, FAULTS, Wire, ask, card_body, own, video_body
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import phones


def page(emulator: EmulatorProcess) -> Wire:
    wire = own(emulator.url, ("GET", "/"))
    assert wire.status == 200
    return wire


def tiles(text: str) -> dict[str, str]:
    return {label: value for value, label in re.findall(r"<b>(.*?)</b><span>(.*?)</span>", text)}


def text_of(wire: Wire) -> str:
    return wire.body.decode()


def test_an_empty_emulator_shows_its_world_and_that_nothing_happened(tmp_path: Path) -> None:
    with running_emulator(tmp_path, EmulatorOptions(seed=4711)) as emulator:
        text = text_of(page(emulator))
    assert tiles(text) == {
        "messages taken": "0",
        "send tasks": "0",
        "numbers sent to twice": "0",
        "calls": "0",
        "throttled": "0",
        "faults fired": "0",
    }
    assert text.count("nothing yet") == 4
    assert "seed 4711" in text
    for word in ("700000001", "600000001", "15010661", "云商城"):
        assert word in text


def test_tasks_messages_and_faults_are_shown_with_numbers_masked(tmp_path: Path) -> None:
    rules = b'[[rule]]\nwhat = "drop_after_commit"\nname = "lost <once>"\nnth = 2\n'
    with running_emulator(tmp_path) as emulator:
        own(emulator.url, ("PUT", FAULTS), rules)
        ask(emulator.url, ("POST", AIM), card_body("cards", phones(30)))
        ask(emulator.url, ("POST", BASIC), video_body("videos", phones(5)))
        text = text_of(page(emulator))
    shown = tiles(text)
    assert (shown["messages taken"], shown["send tasks"]) == ("35", "2")
    assert (shown["numbers sent to twice"], shown["faults fired"]) == ("5", "1")
    assert "<td>cards</td>" in text
    assert "<td>videos</td>" in text
    assert "138****0004" in text
    assert re.search(r"1[3-9][0-9]{9}", text.replace("10690000001", "")) is None
    assert "lost &lt;once&gt;" in text
    assert "drop_after_commit" in text


def test_what_a_client_chose_to_write_is_shown_as_text(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        ask(emulator.url, ("POST", AIM), card_body("<script>alert(1)</script>", phones(1)))
        text = text_of(page(emulator))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_time_turns_messages_on_the_way_into_what_became_of_them(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    world.write_text("[numbers]\ndeliver_delay_s = [60.0, 120.0]\n", encoding="utf-8")
    with running_emulator(tmp_path, EmulatorOptions(world=world)) as emulator:
        ask(emulator.url, ("POST", AIM), card_body("cards", phones(20)))
        assert text_of(page(emulator)).count("on the way") == 20
        emulator.advance(8 * 86_400)
        later = text_of(page(emulator))
    assert "on the way" not in later
    assert later.count("card shown") > 5


def test_the_page_loads_nothing_and_runs_only_its_own_script(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as emulator:
        wire = page(emulator)
    text = text_of(wire)
    policy = wire.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; connect-src 'self'")
    for tag in ("script", "style"):
        inner = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(inner) == 1
        digest = base64.b64encode(hashlib.sha256(inner[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not re.findall(r"(?:src|href)=|url\(|@import|https?://", text)
    assert re.findall(r"\son[a-z]+=|\sstyle=", text) == []


@pytest.mark.parametrize(
    ("phone", "shown"), [(13_800_000_001, "138****0001"), (19_912_340_000, "199****0000")]
)
def test_a_masked_number_keeps_seven_digits(phone: int, shown: str) -> None:
    assert masked(phone) == shown
