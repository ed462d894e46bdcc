"""Answers to text messages, pushed to the application's address as a form."""

from pathlib import Path
from urllib.parse import urlencode

import pytest

from pipeline.emulator.options import EmulatorOptions
from pipeline.koomessage.receipts import ReceiptKind, read_receipt
from tests.support.emulator_process import running_emulator
from tests.support.emulator_sdk import phones, sdk_client, send_cards
from tests.support.emulator_sms import CHANNEL, send_text
from tests.support.receivers import receiver

WORLD = """
[numbers]
delivered = 1.0
silent = 0.0
deliver_delay_s = [0.0, 0.1]
replies = { "退订" = 1.0 }
reply_delay_s = [0.0, 0.1]

[sms_apps.member-app]
status = "LAUNCHED"
up_link_addr = "URL"
"""


@pytest.mark.parametrize("product", ["sms", "aim"])
def test_answers_to_an_applications_messages_reach_its_address_as_a_form(
    tmp_path: Path, product: str
) -> None:
    with receiver() as hears:
        world = tmp_path / "world.toml"
        world.write_text(WORLD.replace("URL", hears.url), encoding="utf-8")
        with running_emulator(tmp_path, EmulatorOptions(world=world)) as emulator:
            client = sdk_client(emulator.url)
            if product == "sms":
                send_text(client, phones(3), task_name="texts")
            else:
                send_cards(client, "cards", phones(3))
            forms = [hears.next() for _ in range(3)]
    assert {form["from"] for form in forms} == {f"+86{number}" for number in phones(3)}
    assert {form["body"] for form in forms} == {"退订"}
    assert {form["to"] for form in forms} == {CHANNEL}
    assert len({form["smsMsgId"] for form in forms}) == 3
    for form in forms:
        receipt = read_receipt(urlencode(form).encode())
        assert receipt.kind is ReceiptKind.REPLY
        (reply,) = receipt.replies
        assert (reply.phone, reply.opts_out) == (form["from"].removeprefix("+86"), True)


def test_an_application_without_an_address_hears_nothing(tmp_path: Path) -> None:
    with receiver() as hears:
        world = tmp_path / "world.toml"
        world.write_text(WORLD.replace("URL", ""), encoding="utf-8")
        with running_emulator(tmp_path, EmulatorOptions(world=world)) as emulator:
            send_text(sdk_client(emulator.url), phones(3), task_name="texts")
        assert hears.is_quiet()
