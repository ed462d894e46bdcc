"""The gateway against a real emulator, whose judge is the official SDK."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from pipeline.core.answer import (
    Accepted,
    Answer,
    FoundTask,
    Hindrance,
    NewsKind,
    Refused,
    Renderings,
    Throttled,
    Unanswered,
)
from pipeline.core.model import Channel, Message, Recipients, TaskId, TaskName, Value
from pipeline.emulator.options import EmulatorOptions
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.products.callbacks import TOPICS
from pipeline.koomessage.transport.calls import GatewayOptions
from pipeline.ports import ReceiptAddress
from tests.support.emulator_process import EmulatorProcess, running_emulator
from tests.support.koomessage import (
    AIM_BASIC_MESSAGE,
    AIM_MESSAGE,
    LEG,
    NAME,
    options,
    phones,
    recipients,
    using,
)

T = TypeVar("T")


def do(
    where: EmulatorProcess | GatewayOptions, work: Callable[[KooMessageGateway], Awaitable[T]]
) -> T:
    chosen = where if isinstance(where, GatewayOptions) else options(where.url)
    return asyncio.run(using(KooMessageGateway(chosen), work))


def send(
    where: EmulatorProcess, message: Message, who: Recipients, name: TaskName = NAME
) -> Answer:
    return do(where, lambda gateway: gateway.submit(gateway.prepare(message, name, who)))


def finding(
    channel: Channel, name: TaskName, since: float
) -> Callable[[KooMessageGateway], Awaitable[tuple[FoundTask, ...] | Unanswered]]:
    return lambda gateway: gateway.find(channel, name, since)


def accepted(answer: Answer) -> TaskId:
    assert isinstance(answer, Accepted), answer
    assert not answer.refused
    return answer.task_id


@pytest.mark.parametrize("count", [1, 2, 100])
def test_a_smart_message_arrives_with_each_numbers_own_values(
    emulator: EmulatorProcess, count: int
) -> None:
    task = accepted(send(emulator, AIM_MESSAGE, recipients(count)))
    taken = emulator.messages()
    assert [line["phone"] for line in taken] == phones(count)
    assert {line["task_name"] for line in taken} == {NAME}
    assert {line["task_id"] for line in taken} == {task}
    assert f"会员{count - 1}" in str(taken[-1]["params"])


def test_a_card_without_parameters_is_accepted(
    emulator: EmulatorProcess,
) -> None:
    message = replace(AIM_MESSAGE, template="700000002", params=())
    accepted(send(emulator, message, recipients(3)))
    assert emulator.stats()["messages"] == 3


@pytest.mark.parametrize("alike", [True, False])
@pytest.mark.parametrize("count", [1, 5000])
def test_a_video_message_arrives_with_each_numbers_own_values(
    emulator: EmulatorProcess, count: int, *, alike: bool
) -> None:
    accepted(send(emulator, AIM_BASIC_MESSAGE, recipients(count, alike=alike)))
    taken = emulator.messages()
    assert sorted(line["phone"] for line in taken) == phones(count)
    values = {str(line["params"]) for line in taken}
    assert len(values) == (1 if alike else count)


def test_a_video_message_without_parameters_is_accepted(emulator: EmulatorProcess) -> None:
    message = Message(Channel.AIM_BASIC, "600000002")
    accepted(send(emulator, message, recipients(3)))
    assert emulator.stats()["messages"] == 3


@pytest.mark.parametrize("message", [AIM_MESSAGE, AIM_BASIC_MESSAGE])
def test_a_task_is_found_by_its_exact_name_and_no_other(
    emulator: EmulatorProcess, message: Message
) -> None:
    task = accepted(send(emulator, message, recipients(3)))
    now = time.time()
    found = do(emulator, lambda gateway: gateway.find(message.channel, NAME, now))
    assert not isinstance(found, Unanswered)
    assert [(one.task_name, one.task_id, one.total) for one in found] == [(NAME, task, 3)]
    for other in (NAME[:-1], NAME[:-1] + "9", NAME.upper(), "run00001-0000000-002"):
        name = TaskName(other)
        assert do(emulator, finding(message.channel, name, now)) == ()


def test_a_name_used_twice_is_found_twice(emulator: EmulatorProcess) -> None:
    tasks = {accepted(send(emulator, AIM_MESSAGE, recipients(1))) for _ in range(2)}
    found = do(emulator, lambda gateway: gateway.find(Channel.AIM, NAME, time.time()))
    assert not isinstance(found, Unanswered)
    assert {one.task_id for one in found} == tasks


def test_deliveries_and_renderings_agree_with_what_really_happened(
    emulator: EmulatorProcess,
) -> None:
    sent_at = time.time()
    task = accepted(send(emulator, AIM_MESSAGE, recipients(100)))
    emulator.advance(8 * 86_400)
    truth = {line["phone"]: line["truth"] for line in emulator.messages()}
    news = do(emulator, lambda gateway: gateway.deliveries(task))
    assert not isinstance(news, Unanswered)
    delivered = {one.phone for one in news if one.kind is NewsKind.DELIVERED}
    failed = {one.phone: one.code for one in news if one.kind is NewsKind.FAILED}
    assert delivered == {phone for phone, fate in truth.items() if fate["delivered"]}
    assert set(failed) <= set(truth) - delivered
    assert all(code == truth[phone]["code"] for phone, code in failed.items())

    shown = do(emulator, lambda gateway: gateway.renderings(task, sent_at))
    assert isinstance(shown, Renderings)
    assert shown.link_life_s == pytest.approx(7 * 86_400, abs=2)
    rendered = {one.phone for one in shown.news if one.kind is NewsKind.RENDERED}
    assert rendered == {phone for phone, fate in truth.items() if fate["rendered"] == "card"}
    assert rendered


def test_capabilities_tell_this_card_from_any_card(emulator: EmulatorProcess) -> None:
    who = phones(100)
    all_vendors = do(emulator, lambda gateway: gateway.capabilities(who, "700000001"))
    one_vendor = do(emulator, lambda gateway: gateway.capabilities(who, "700000004"))
    assert not isinstance(all_vendors, Unanswered)
    assert not isinstance(one_vendor, Unanswered)
    assert [news.phone for news in all_vendors] == who
    assert {news.kind for news in all_vendors} == {NewsKind.SUPPORTED, NewsKind.UNSUPPORTED}
    kinds = {NewsKind.SUPPORTED, NewsKind.TEMPLATE_INACTIVE, NewsKind.UNSUPPORTED}
    assert {news.kind for news in one_vendor} == kinds
    unsupported = {news.phone for news in all_vendors if news.kind is NewsKind.UNSUPPORTED}
    assert unsupported == {news.phone for news in one_vendor if news.kind is NewsKind.UNSUPPORTED}


@pytest.mark.parametrize(
    ("message", "code", "stops_run"),
    [
        (replace(AIM_MESSAGE, template="799999999"), "KM.90016405", True),
        (replace(AIM_MESSAGE, params=AIM_MESSAGE.params[:2]), "KM.90016802", True),
        (replace(AIM_MESSAGE, sms=replace(LEG, signature="别的")), "KM.00001128", True),
        (replace(AIM_MESSAGE, sms=replace(LEG, app="other")), "KM.00001125", True),
        (replace(AIM_MESSAGE, sms=replace(LEG, template="99999999")), "KM.00001135", True),
        (replace(AIM_MESSAGE, sms=replace(LEG, params=(Value(0),))), "KM.00001376", True),
        (
            replace(AIM_MESSAGE, sms=replace(LEG, params=(Value(literal="长" * 21), Value(1)))),
            "KM.00001375",
            False,
        ),
    ],
)
def test_a_refusal_says_why_and_whether_the_run_stops(
    emulator: EmulatorProcess, message: Message, code: str, *, stops_run: bool
) -> None:
    answer = send(emulator, message, recipients(2))
    assert isinstance(answer, Refused), answer
    assert (answer.code, answer.stops_run) == (code, stops_run)
    assert answer.message
    assert emulator.stats()["messages"] == 0


def test_a_wrong_secret_is_hindered_and_takes_nothing(emulator: EmulatorProcess) -> None:
    wrong = replace(options(emulator.url), secret_key="not-it")  # noqa: S106 - it opens nothing

    async def work(gateway: KooMessageGateway) -> Answer:
        return await gateway.submit(gateway.prepare(AIM_MESSAGE, NAME, recipients(1)))

    answer = do(wrong, work)
    assert isinstance(answer, Throttled)
    assert answer.hindrance is Hindrance.CREDENTIALS
    assert "not-it" not in str(answer)
    stats = emulator.stats()
    assert stats["messages"] == 0


@pytest.mark.parametrize("age_s", [-1000.0, 1000.0])
def test_an_old_intent_never_leaves(emulator: EmulatorProcess, age_s: float) -> None:
    async def work(gateway: KooMessageGateway) -> Answer:
        prepared = gateway.prepare(AIM_MESSAGE, NAME, recipients(1))
        return await gateway.submit(replace(prepared, intended_at=time.time() - age_s))

    answer = do(emulator, work)
    assert isinstance(answer, Throttled)
    assert answer.hindrance is Hindrance.UNREACHABLE
    assert emulator.stats()["calls"] == 0


def test_a_process_that_slept_after_signing_is_fenced_by_its_signature(
    emulator: EmulatorProcess,
) -> None:
    # A clock that stands still is what a paused process has: it believes no time went by.
    paused_at = time.time() - 16 * 60

    async def work() -> Answer:
        gateway = KooMessageGateway(options(emulator.url), now=lambda: paused_at)
        prepared = gateway.prepare(AIM_MESSAGE, NAME, recipients(1))
        prepared = replace(prepared, intended_at=paused_at)
        return await using(gateway, lambda gateway: gateway.submit(prepared))

    answer = asyncio.run(work())
    assert isinstance(answer, Throttled)
    assert emulator.stats()["messages"] == 0


def test_the_rate_that_the_provider_names_is_understood(tmp_path: Path) -> None:
    with running_emulator(tmp_path, EmulatorOptions(rate=3)) as emulator:

        async def work(gateway: KooMessageGateway) -> list[Answer]:
            answers: list[Answer] = []
            while not any(isinstance(answer, Throttled) for answer in answers):
                names = [TaskName(f"{NAME[:-4]}{len(answers) + n:04d}") for n in range(12)]
                bodies = [gateway.prepare(AIM_MESSAGE, name, recipients(1)) for name in names]
                answers += await asyncio.gather(*map(gateway.submit, bodies))
            return answers

        answers = do(emulator, work)
        throttled = [answer for answer in answers if isinstance(answer, Throttled)]
        assert {one.hindrance for one in throttled} == {Hindrance.RATE}
        assert {one.ceiling_per_s for one in throttled} == {3.0}
        taken = sum(isinstance(answer, Accepted) for answer in answers)
        assert taken == emulator.stats()["messages"] == len(answers) - len(throttled)


@pytest.mark.parametrize("channel", [Channel.AIM, Channel.AIM_BASIC])
def test_an_address_for_receipts_is_registered(emulator: EmulatorProcess, channel: Channel) -> None:
    address = "http://127.0.0.1:9/receipts"
    assert do(emulator, lambda gateway: gateway.register_receipts(channel, address)) is None
    refused = do(emulator, lambda gateway: gateway.register_receipts(channel, "ftp://nowhere"))
    assert isinstance(refused, Unanswered)


@pytest.mark.parametrize("channel", [Channel.AIM, Channel.AIM_BASIC, Channel.SMS])
def test_registered_addresses_are_listed_by_what_they_are_for(
    emulator: EmulatorProcess, channel: Channel
) -> None:
    address = "http://127.0.0.1:9/receipts"
    topics = TOPICS[channel]

    async def work(gateway: KooMessageGateway) -> object:
        assert await gateway.receipt_addresses(channel) == ()
        for topic in topics:
            assert await gateway.register_receipts(channel, address, topic) is None
        return await gateway.receipt_addresses(channel)

    assert do(emulator, work) == tuple(ReceiptAddress(topic, address) for topic in topics)


def test_questions_to_a_dead_provider_go_unanswered(emulator: EmulatorProcess) -> None:
    emulator.kill()
    found = do(emulator, lambda gateway: gateway.find(Channel.AIM, NAME, time.time()))
    assert isinstance(found, Unanswered)
    answer = send(emulator, AIM_MESSAGE, recipients(1))
    assert isinstance(answer, Throttled)
    assert answer.hindrance is Hindrance.UNREACHABLE
