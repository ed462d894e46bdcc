"""Two campaigns of one account, in two state folders: a reply of T to one of them counts for both.

KooMessage has one callback address for an account, so that replies reach one listener.
"""

import time
from collections import Counter
from pathlib import Path

from pipeline.emulator.options import EmulatorOptions
from tests.support.command import Desk
from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY, running_emulator
from tests.support.serving import WAIT_S, waited_for

TOKEN = "0123456789abcdef" * 2
KEYS = {"HUAWEICLOUD_SDK_AK": ACCESS_KEY, "HUAWEICLOUD_SDK_SK": SECRET_KEY}
WORLD = """
[numbers]
delivered = 1.0
silent = 0.0
deliver_delay_s = [0.0, 0.1]
replies = {{ "T" = 1.0 }}
reply_delay_s = [0.0, 0.1]

[sms_apps.member-app]
status = "LAUNCHED"
up_link_addr = "{address}"
"""
PEOPLE = 5


def write(desk: Desk, people: int) -> None:
    lines = [f"1390000000{row},会员{row},{row}" for row in range(people)]
    text = "\n".join(("手机号,姓名,积分", *lines)) + "\n"
    (desk.folder / "members.csv").write_text(text, encoding="utf-8")


def opted_out(desk: Desk, state: Path) -> int:
    listed = desk.koosend("suppress", "list", "--state", state, "--json", env=KEYS)
    return int(listed.json["counts"]["opt_out"])


def test_a_reply_to_one_campaign_is_honoured_by_the_other_in_its_own_folder(desk: Desk) -> None:
    one, other = desk.folder / "state", desk.folder / "other"
    write(desk, PEOPLE)
    line = ("serve", "--state", one, "--listen", "127.0.0.1:0", "--page", "127.0.0.1:0")
    with desk.started(*line, env={"KOOSEND_RECEIPTS_TOKEN": TOKEN}) as service:
        waited_for(one / "serve.url", service)
        listens = waited_for(one / "serve.lock", service).split('"place": "')[1].split('"')[0]
        world = desk.folder / "world.toml"
        world.write_text(WORLD.format(address=f"http://{listens}/{TOKEN}/r"), encoding="utf-8")
        with running_emulator(desk.folder, EmulatorOptions(world=world)) as emulator:
            desk.write_campaign(endpoint=emulator.url, ask="false")
            first = desk.koosend("run", desk.campaign, env=KEYS)
            assert first.exit == 0, first.err
            deadline = time.monotonic() + WAIT_S
            while opted_out(desk, one) < PEOPLE:
                assert time.monotonic() < deadline, "the replies never came"
                time.sleep(0.1)  # the emulator pushes
            write(desk, PEOPLE + 2)
            desk.write_campaign(name="second", endpoint=emulator.url, ask="false")
            checked = desk.koosend("check", desk.campaign, "--state", other, "--json", env=KEYS)
            assert checked.json["rejected"]["opted_out"] == PEOPLE
            second = desk.koosend("run", desk.campaign, "--state", other, "--json", env=KEYS)
            got = Counter(str(one["phone"]) for one in emulator.messages())
    outcomes = second.json["outcomes"]
    assert outcomes.pop("suppressed") == PEOPLE
    assert sum(outcomes.values()) == 2, "on their way, or there already"
    assert got == {f"1390000000{row}": 1 for row in range(PEOPLE + 2)}
