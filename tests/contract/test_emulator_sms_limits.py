"""The limits of text messages as tables: the last value taken and the first that is refused."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pipeline.emulator.options import EmulatorOptions
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.emulator_sdk import Sdk, phones, refusal_of, sdk_client
from tests.support.emulator_sms import (
    CHANNEL,
    LINKED,
    content,
    send_text,
    send_texts,
    statuses,
)

PARAMETER = "KM.EMULATOR.PARAMETER"
RULES = {"KM.00001375", "KM.00001403", "KM.00001404", "KM.00001503"}
Send = Callable[[Sdk], Sdk]


def text(**changes: Sdk) -> Send:
    numbers = changes.pop("numbers", phones(1))
    return lambda client: send_text(client, numbers, **changes)


def linked(link: str) -> Send:
    return text(template_id=LINKED, template_params=["张三", link, "1"])


def texts(*contents: Sdk, **changes: Sdk) -> Send:
    return lambda client: send_texts(client, list(contents), **changes)


TAKEN: dict[str, Send] = {
    "500 numbers": text(numbers=phones(500)),
    "a number with +86": text(numbers=["+8613800000000"]),
    "a name of 30": text(task_name="n" * 30),
    "the same name again": text(task_name="n" * 30),
    "extend of 128": text(extend="e" * 128),
    "its own channel": text(channel_num=CHANNEL),
    "a signature of 32": text(signature="s" * 32),
    "a value of 20": text(template_params=["名" * 20, "9" * 10]),
    "a link": linked("km2g.cn/abcdef"),
    "a link of 99": linked("a" * 92 + "/abcdef"),
    "a link's code": linked("kXfvIwzs"),
    "a text mark": linked("(KM:F49C3EGz)"),
    "500 numbers of one content": texts(content(phones(500))),
    "500 contents": texts(*(content([one]) for one in phones(500))),
    "several with extend of 128": texts(content(phones(1)), extend="e" * 128),
}

REFUSED: dict[str, tuple[Send, str]] = {
    "501 numbers": (text(numbers=phones(501)), "KM.00001500"),
    "no number": (text(numbers=[]), "KM.00001083"),
    "no list of numbers": (text(numbers=None), "KM.00001083"),
    "a number that is none": (text(numbers=["12345"]), "KM.00001502"),
    "a number of 22": (text(numbers=["1" * 22]), "KM.00001502"),
    "no template": (text(template_id=None), "KM.00001081"),
    "an unknown template": (text(template_id="1"), "KM.00001080"),
    "no values": (text(template_params=None), "KM.00001376"),
    "too few values": (text(template_params=["张三"]), "KM.00001376"),
    "21 values": (text(template_params=["a"] * 21), "KM.00001376"),
    "a value of 21": (text(template_params=["名" * 21, "1"]), "KM.00001375"),
    "an empty value": (text(template_params=["", "1"]), "KM.00001375"),
    "a number with a sign": (text(template_params=["张三", "1-2"]), "KM.00001404"),
    "a text with a stop": (text(template_params=["张.三", "1"]), "KM.00001503"),
    "a text with a phone": (text(template_params=["打13800000000", "1"]), "KM.00001503"),
    "an empty link": (linked(""), "KM.00001375"),
    "a link of 100": (linked("a" * 93 + "/abcdef"), "KM.00001375"),
    "a link that is none": (linked("点 这里"), "KM.00001503"),
    "a link with its scheme": (linked("https://km2g.cn/abcdef"), "KM.00001503"),
    "a blank name": (text(task_name=" "), PARAMETER),
    "a name of 31": (text(task_name="n" * 31), PARAMETER),
    "extend of 129": (text(extend="e" * 129), "KM.00001501"),
    "an empty extend": (text(extend=""), PARAMETER),
    "extend with a brace": (text(extend="a}"), PARAMETER),
    "a channel of 22": (text(channel_num="1" * 22), "KM.00001098"),
    "an empty channel": (text(channel_num=""), "KM.00001098"),
    "another channel": (text(channel_num="10690000002"), "KM.EMULATOR.CHANNEL_MISMATCH"),
    "a signature of 33": (text(signature="s" * 33), PARAMETER),
    "no content": (texts(), "KM.90016415"),
    "several without a channel": (texts(content(phones(1)), channel_num=None), "KM.00001098"),
    "several of a blank name": (texts(content(phones(1)), task_name="  "), PARAMETER),
    "several of a name of 31": (texts(content(phones(1)), task_name="n" * 31), PARAMETER),
    "several with extend of 129": (texts(content(phones(1)), extend="e" * 129), "KM.00001501"),
    "501 numbers of one content": (texts(content(phones(501))), "KM.00001500"),
    "a content without numbers": (texts(content([])), "KM.00001083"),
    "a content of no template": (texts(content(phones(1), template_id="1")), "KM.00001082"),
    "a content with 21 values": (
        texts(content(phones(1), template_params=["a"] * 21)),
        "KM.00001376",
    ),
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_text_on_the_edge_is_taken_for_every_number(shared_client: Sdk, case: str) -> None:
    answer = TAKEN[case](shared_client)
    assert answer.status == "Success"
    assert set(statuses(answer)) == {"000000"}


@pytest.mark.parametrize("case", REFUSED)
def test_a_text_past_the_edge_is_refused_and_nothing_is_taken(
    shared_client: Sdk, shared: EmulatorProcess, case: str
) -> None:
    send, code = REFUSED[case]
    before = shared.stats()["messages"]
    assert refusal_of(lambda: send(shared_client)) == (400, code)
    assert shared.stats()["messages"] == before


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("PHONE", ["1", "+86 755-12345", "4008123123", "1" * 15], ["1" * 16, "电话", ""]),
        ("CHARDIGIT", ["a", "A1b2", "9" * 10, "x" * 20], ["x" * 21, "a-b", "13800000000"]),
        (
            "DATETIME",
            [
                "20261122",
                "2026-11-22",
                "2026/11/22",
                "2026年11月22日",
                "18:30",
                "18点30分",
                "9点30",
            ],
            ["22.11.2026", "tomorrow", "2026-11-22 18:30"],
        ),
        ("MONEY", ["12.50", "10.1.1.10", "壹佰元", "9" * 20], ["¥5", "5 yuan", "9" * 21]),
        ("TEXT", ["张三", "A-1 号", "x" * 20], ["x" * 21, "a.b", "好。", "it's", "<b>", "{a}"]),
    ],
)
def test_each_type_of_variable_has_its_own_rule(
    tmp_path: Path, kind: str, good: list[str], bad: list[str]
) -> None:
    world = tmp_path / "world.toml"
    world.write_text(
        '[sms_templates.20000001]\napp = "member-app"\nsignature = "云商城"\n'
        f'variables = ["{kind}"]\n',
        encoding="utf-8",
    )
    with running_emulator(tmp_path, EmulatorOptions(world=world)) as emulator:
        client = sdk_client(emulator.url)
        for value in good:
            answer = text(template_id="20000001", template_params=[value])(client)
            assert answer.status == "Success", value
        for value in bad:
            send = text(template_id="20000001", template_params=[value])
            status, code = refusal_of(partial(send, client))
            assert status == 400
            assert code in RULES, value
