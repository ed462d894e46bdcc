"""Builders for what goes to KooMessage: messages for the emulator's world, numbers, gateways."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pipeline.core.model import Channel, Message, Recipients, SmsLeg, TaskName, Value
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import GatewayOptions
from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY

T = TypeVar("T")

NAME = TaskName("run00001-0000000-001")

LEG = SmsLeg(
    channel_number="10690000001",
    template="15010661",
    signature="云商城",
    app="member-app",
    params=(Value(0), Value(1)),
)
AIM_MESSAGE = Message(
    channel=Channel.AIM,
    template="700000001",
    params=(("name", Value(0)), ("points", Value(1)), ("shop", Value(literal="云商城"))),
    sms=LEG,
)
AIM_BASIC_MESSAGE = Message(
    channel=Channel.AIM_BASIC,
    template="600000001",
    params=(("first", Value(0)), ("second", Value(1))),
    expires_hours=48,
)


def phones(count: int, first: int = 0) -> list[str]:
    """Return that many distinct numbers."""
    return [f"138{number:08d}" for number in range(first, first + count)]


def recipients(count: int, *, alike: bool = False) -> Recipients:
    """Return that many recipients with a name and points each, all alike or all different."""
    names = ["张三" if alike else f"会员{row}" for row in range(count)]
    points = ["100" if alike else str(row) for row in range(count)]
    return Recipients(range(count), phones(count), (names, points))


def options(url: str, *, connect_s: float = 30.0, read_s: float = 60.0) -> GatewayOptions:
    """Return options for a server on this machine, with the emulator's keys."""
    return GatewayOptions(url, ACCESS_KEY, SECRET_KEY, connect_s=connect_s, read_s=read_s)


async def using(gateway: KooMessageGateway, work: Callable[[KooMessageGateway], Awaitable[T]]) -> T:
    """Do some work with a gateway and close it."""
    try:
        return await work(gateway)
    finally:
        await gateway.close()
