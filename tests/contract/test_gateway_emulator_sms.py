"""Plain SMS and links through the gateway, against a real emulator."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from pipeline.core.answer import Accepted, Answer, FoundTask, NewsKind, Refused, Unanswered
from pipeline.core.model import Channel, Message, Recipients, Route, TaskName
from pipeline.koomessage.gateway import KooMessageGateway
from tests.support.emulator_process import EmulatorProcess
from tests.support.koomessage import AIM_MESSAGE, LEG, NAME, options, phones, recipients, using

T = TypeVar("T")

PLAIN = Message(Channel.SMS, "", sms=replace(LEG, template="15010662"))
LINKS = replace(AIM_MESSAGE, channel=Channel.LINKS_ONLY, signatures=("云商城",))
TWO_STEPS = replace(
    AIM_MESSAGE,
    channel=Channel.AIM_LINKS,
    sms=replace(LEG, link_position=2),
    fields=("姓名", "积分"),
)


def do(where: EmulatorProcess, work: Callable[[KooMessageGateway], Awaitable[T]]) -> T:
    return asyncio.run(using(KooMessageGateway(options(where.url)), work))


def send(where: EmulatorProcess, message: Message, who: Recipients) -> Answer:
    return do(where, lambda gateway: gateway.submit(gateway.prepare(message, NAME, who)))


def taken(answer: Answer) -> Accepted:
    assert isinstance(answer, Accepted), answer
    return answer


def find(
    where: EmulatorProcess, channel: Channel, name: TaskName, who: list[str]
) -> tuple[FoundTask, ...] | Unanswered:
    return do(where, lambda gateway: gateway.find(channel, name, time.time(), who))


@pytest.mark.parametrize("alike", [True, False])
@pytest.mark.parametrize("count", [1, 2, 500])
def test_an_sms_arrives_with_each_numbers_own_values(
    emulator: EmulatorProcess, count: int, *, alike: bool
) -> None:
    answer = taken(send(emulator, PLAIN, recipients(count, alike=alike)))
    lines = emulator.messages()
    assert (sorted(line["phone"] for line in lines), answer.refused) == (phones(count), {})
    assert {(line["task_name"], line["task_id"]) for line in lines} == {(NAME, answer.task_id)}
    values = {str(line["params"]["template_params"]) for line in lines}
    assert len(values) == (1 if alike else count)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.AIM_LINKS])
def test_an_sms_is_found_by_its_exact_name_beside_its_numbers_and_no_others(
    emulator: EmulatorProcess, channel: Channel
) -> None:
    task = taken(send(emulator, PLAIN, recipients(3))).task_id
    first, _, last = phones(3)
    assert find(emulator, channel, NAME, [first]) == (FoundTask(NAME, task),)
    assert find(emulator, channel, NAME, ["13900000000", last]) == (FoundTask(NAME, task),)
    assert find(emulator, channel, NAME, ["13900000000"]) == ()
    for other in (NAME[:-1], NAME + "0", NAME.replace("r", "s")):
        assert find(emulator, channel, TaskName(other), [first, last]) == ()


def test_without_a_number_there_is_no_question_for_an_sms(emulator: EmulatorProcess) -> None:
    taken(send(emulator, PLAIN, recipients(1)))
    assert isinstance(find(emulator, Channel.SMS, NAME, []), Unanswered)


def test_a_parse_task_cannot_be_asked_for_by_name(emulator: EmulatorProcess) -> None:
    taken(send(emulator, LINKS, recipients(1)))
    assert isinstance(find(emulator, Channel.LINKS_ONLY, NAME, phones(1)), Unanswered)


def test_a_value_that_its_variable_does_not_allow_refuses_its_number_only(
    emulator: EmulatorProcess,
) -> None:
    who = replace(recipients(3), values=(["甲", "乙", "丙"], ["1", "不是数字", "3"]))
    answer = taken(send(emulator, PLAIN, who))
    assert list(answer.refused) == [phones(3)[1]]
    assert [line["phone"] for line in emulator.messages()] == [phones(3)[0], phones(3)[2]]


def test_a_template_that_is_not_active_refuses_everybody_and_stops_the_run(
    emulator: EmulatorProcess,
) -> None:
    message = replace(PLAIN, sms=replace(LEG, template="15010663", params=()))
    answer = send(emulator, message, recipients(2))
    assert isinstance(answer, Refused), answer
    assert answer.stops_run
    assert emulator.messages() == []


def test_deliveries_of_an_sms_agree_with_what_really_happened(emulator: EmulatorProcess) -> None:
    task = taken(send(emulator, PLAIN, recipients(500))).task_id
    emulator.advance(8 * 86_400)
    truth = {line["phone"]: line["truth"] for line in emulator.messages()}
    news = do(emulator, lambda gateway: gateway.deliveries(task))
    assert not isinstance(news, Unanswered)
    told = {one.phone: one.kind is NewsKind.DELIVERED for one in news}
    assert told == {phone: fate["delivered"] for phone, fate in truth.items()}
    assert set(told.values()) == {True, False}


def test_links_are_made_for_each_number_and_none_is_sent(emulator: EmulatorProcess) -> None:
    answer = taken(send(emulator, LINKS, recipients(100)))
    assert sorted(answer.links) == phones(100)
    assert len(set(answer.links.values())) == 100
    assert emulator.messages() == []


def test_an_sms_with_a_link_made_before_shows_the_card_of_the_links_own_task(
    emulator: EmulatorProcess,
) -> None:
    who = recipients(100)
    began = time.time()
    made = taken(send(emulator, TWO_STEPS.by(Route.PARSE), who))
    linked = replace(who, values=(*who.values, [made.links[phone] for phone in who.phones]))
    task = taken(send(emulator, TWO_STEPS.by(Route.LINKED), linked)).task_id
    emulator.advance(8 * 86_400)
    shows = {line["phone"] for line in emulator.messages() if line["truth"]["rendered"] == "card"}
    of_links = do(emulator, lambda gateway: gateway.renderings(made.task_id, began))
    of_sms = do(emulator, lambda gateway: gateway.renderings(task, began))
    assert not isinstance(of_links, Unanswered)
    assert not isinstance(of_sms, Unanswered)
    rendered = {one.phone for one in of_links.news if one.kind is NewsKind.RENDERED}
    assert rendered == shows
    assert (bool(shows), of_sms.news) == (True, ())
