import asyncio

from pipeline.core.answer import Accepted, FoundTask, Lost, News, NewsKind, Renderings, Unanswered
from pipeline.core.model import Channel, Message, Recipients, TaskId, TaskName
from pipeline.ports import Prepared, ReceiptAddress, ReceiptTopic
from tests.support.fakes import ScriptedGateway

NAME = TaskName("run00001-0000000-001")
PHONE = "13000000001"


def _prepare(gateway: ScriptedGateway) -> Prepared:
    recipients = Recipients([0], [PHONE], ())
    return gateway.prepare(Message(Channel.SMS, "1"), NAME, recipients)


def test_what_was_accepted_is_found_under_its_name_and_no_other() -> None:
    gateway = ScriptedGateway()

    async def submit_and_ask() -> tuple[object, ...]:
        answer = await gateway.submit(_prepare(gateway))
        found = await gateway.find(Channel.SMS, NAME, 0.0)
        other = await gateway.find(Channel.SMS, TaskName(NAME[:-1]), 0.0)
        return answer, found, other

    answer, found, other = asyncio.run(submit_and_ask())
    assert answer == Accepted(TaskId(f"id-{NAME}"))
    assert found == (FoundTask(NAME, TaskId(f"id-{NAME}"), 1),)
    assert other == ()
    assert gateway.asked == [NAME, NAME[:-1]]


def test_a_lost_submission_is_found_only_if_the_script_took_it() -> None:
    gateway = ScriptedGateway(lambda _: Lost("reset"))

    async def submit_and_ask() -> object:
        await gateway.submit(_prepare(gateway))
        return await gateway.find(Channel.SMS, NAME, 0.0)

    assert asyncio.run(submit_and_ask()) == ()
    gateway.taken[NAME] = (FoundTask(NAME, TaskId("t1")),)
    assert asyncio.run(submit_and_ask()) == gateway.taken[NAME]


def test_it_remembers_what_was_submitted_and_for_whom() -> None:
    gateway = ScriptedGateway()
    prepared = _prepare(gateway)
    asyncio.run(gateway.submit(prepared))
    assert gateway.submitted == [prepared]
    assert list(gateway.recipients[NAME].phones) == [PHONE]


def test_news_come_as_scripted() -> None:
    task = TaskId("t1")
    delivered = News(PHONE, NewsKind.DELIVERED)
    capable = News(PHONE, NewsKind.SUPPORTED)
    gateway = ScriptedGateway(
        delivered={task: (delivered,)},
        rendered={task: Renderings((), 3600.0)},
        capable={PHONE: capable},
    )

    async def ask() -> tuple[object, ...]:
        return (
            await gateway.deliveries(task),
            await gateway.deliveries(TaskId("t2")),
            await gateway.renderings(task, 0.0),
            await gateway.renderings(TaskId("t2"), 0.0),
            await gateway.capabilities([PHONE, "13000000002"], "1"),
            await gateway.receipt_addresses(Channel.SMS),
            await gateway.register_receipts(Channel.SMS, "http://127.0.0.1:1/"),
            await gateway.receipt_addresses(Channel.SMS),
            await gateway.receipt_addresses(Channel.AIM),
        )

    assert asyncio.run(ask()) == (
        (delivered,),
        (),
        Renderings((), 3600.0),
        Renderings(()),
        (capable,),
        (),
        None,
        (ReceiptAddress(ReceiptTopic.SENT, "http://127.0.0.1:1/"),),
        (),
    )


def test_while_silent_no_question_is_answered() -> None:
    gateway = ScriptedGateway(silent=True)

    async def ask() -> list[object]:
        return [
            await gateway.find(Channel.SMS, NAME, 0.0),
            await gateway.deliveries(TaskId("t1")),
            await gateway.renderings(TaskId("t1"), 0.0),
            await gateway.capabilities([PHONE], "1"),
            await gateway.register_receipts(Channel.SMS, "http://127.0.0.1:1/"),
            await gateway.receipt_addresses(Channel.SMS),
        ]

    assert all(isinstance(answer, Unanswered) for answer in asyncio.run(ask()))
