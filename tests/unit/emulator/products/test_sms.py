"""Text messages in this process: forms that the documents' examples have, and a restart."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.emulator.clock import Clock
from pipeline.emulator.http.codes import RefusedError
from pipeline.emulator.http.fields import Call, JsonObject
from pipeline.emulator.options import EmulatorOptions
from pipeline.emulator.products import sms
from pipeline.emulator.state.emulation import Emulation
from pipeline.emulator.state.tasks import Product, SendTask

START_S = 1_795_000_000.0
CHANNEL = "10690000001"


def emulation(journal: Path | None = None) -> Emulation:
    return Emulation(EmulatorOptions(journal=journal), Clock(lambda: START_S))


def call(body: object) -> Call:
    return Call({}, json.dumps(body).encode())


def content(*numbers: str, **changes: object) -> dict[str, object]:
    values = ["张三", "1"]
    return {"to": numbers, "template_id": "15010662", "template_params": values, **changes}


def several(*contents: object, **changes: object) -> Call:
    return call({"channel_num": CHANNEL, "sms_content": contents, **changes})


def only_task(one: Emulation) -> SendTask:
    (task,) = one.tasks.between(Product.SMS, None)
    return task


def statuses(answer: JsonObject) -> list[str]:
    rows = answer["result"]
    assert isinstance(rows, list)
    return [row["send_status"] for row in rows]


def test_the_names_of_the_documents_examples_are_understood() -> None:
    one = emulation()
    sms.send_different_messages(one, several(content("13800000000"), taskName="多模板API"))
    assert only_task(one).name == "多模板API"
    two = emulation()
    body = content("13800000000", template_id=15_010_662, app_name="OPACCOUNT688")
    assert statuses(sms.send_messages(two, call(body))) == ["000000"]
    assert only_task(two).template_at(0) == "15010662"


def test_a_restart_knows_all_of_a_text(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    one = emulation(journal)
    linked = content(
        "13800000001", template_id="15010661", template_params=["a", "km2g.cn/abcdef", "1"]
    )
    sms.send_different_messages(one, several(content("13800000000"), linked, extend="e"))
    sent = only_task(one)
    one.close()
    two = emulation(journal)
    assert only_task(two) == sent
    assert two.stories.all_of(only_task(two)) == one.stories.all_of(sent)
    assert [sent.template_at(at) for at in range(2)] == ["15010662", "15010661"]
    two.close()


@given(st.lists(st.sampled_from(["13800000001", "+8613800000001", "13800000002"]), min_size=1))
def test_each_receiver_is_taken_once_and_every_other_row_is_a_duplicate(numbers: list[str]) -> None:
    one = emulation()
    answer = sms.send_messages(one, call(content(*numbers)))
    task = only_task(one)
    assert sorted(set(task.phones)) == sorted(task.phones)
    assert statuses(answer).count("000000") == len(task.phones)
    assert statuses(answer).count("E200041") == len(numbers) - len(task.phones)


@pytest.mark.parametrize(
    "body",
    [
        content("13800000000", to="13800000000"),
        content("13800000000", to=[13_800_000_000]),
        content("13800000000", template_params="张三"),
        content("13800000000", template_params=["张三", 1]),
        content("13800000000", extend=5),
        content("13800000000", task_name=5),
        content("13800000000", channel_num=[CHANNEL]),
        {"channel_num": CHANNEL, "sms_content": {}},
        {"channel_num": CHANNEL, "sms_content": ["13800000000"]},
    ],
)
def test_values_of_another_type_are_refused(body: dict[str, object]) -> None:
    one = emulation()
    send = sms.send_different_messages if "sms_content" in body else sms.send_messages
    with pytest.raises(RefusedError):
        send(one, call(body))
    assert len(one.tasks) == 0


def test_a_refusal_never_repeats_what_was_sent() -> None:
    with pytest.raises(RefusedError) as refused:
        sms.send_messages(emulation(), call(content("138-0000-0000")))
    assert "138" not in refused.value.message
