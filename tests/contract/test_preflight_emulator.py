"""What a preflight finds before a real emulator whose world was changed, one thing at a time."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import CredentialsRefused, Exit, KoosendError
from pipeline.core.model import Message
from pipeline.koomessage.gateway import KooMessageGateway
from pipeline.koomessage.transport.calls import GatewayOptions
from pipeline.runner.preflight.ask import Preflight, Questions, ask
from pipeline.runner.preflight.findings import Severity
from pipeline.runner.session.outside import SystemClock
from pipeline.sender import LimiterOptions, SpacedLimiter
from tests.support.emulator_process import ACCESS_KEY, EmulatorProcess, emulator_of_world
from tests.support.koomessage import AIM_BASIC_MESSAGE, AIM_MESSAGE, LEG, options
from tests.support.preflight import faults

WARNING, BLOCKING = Severity.WARNING, Severity.BLOCKING
OK, REFUSED, CAMPAIGN = Exit.OK, Exit.PROVIDER_UNAVAILABLE, Exit.CAMPAIGN_INVALID

CARD, VIDEO = "[aim_templates.700000001]\n", "[aim_basic_templates.600000001]\n"
SMS, SIGNATURE = "[sms_templates.15010661]\n", '[sms_signatures."云商城"]\n'
PORT = "[service_ports.10690000001]\n"
PUB = "[service_numbers.0e00000000000000000000000000b0b0]\n"

WORLDS: list[tuple[str, Message, Exit, list[tuple[Severity, str]]]] = [
    ("", AIM_MESSAGE, OK, []),
    ("", AIM_BASIC_MESSAGE, OK, []),
    (f"{CARD}tpl_state = 0", AIM_MESSAGE, REFUSED, [(BLOCKING, "message.template")]),
    (f"{CARD}audit_state = 1", AIM_MESSAGE, REFUSED, [(BLOCKING, "message.template")]),
    (f"{CARD}audit_state = 3", AIM_MESSAGE, REFUSED, [(BLOCKING, "message.template")]),
    (f'{CARD}vendors = ["HuaWei"]', AIM_MESSAGE, OK, [(WARNING, "message.template")]),
    (f"{CARD}vendors = []", AIM_MESSAGE, REFUSED, [(BLOCKING, "message.template")]),
    (
        "[aim_templates.700000001.parameters.level]\nmax_length = 3",
        AIM_MESSAGE,
        CAMPAIGN,
        [(BLOCKING, "message.params")],
    ),
    (f"{SMS}flow_status = 'Reviewing'", AIM_MESSAGE, REFUSED, [(BLOCKING, "message.sms.template")]),
    (f"{SMS}flow_status = 'Reject'", AIM_MESSAGE, REFUSED, [(BLOCKING, "message.sms.template")]),
    (
        f"{SMS}variables = ['TEXT', 'NEWTEXT', 'TEXT', 'TEXT']",
        AIM_MESSAGE,
        CAMPAIGN,
        [(BLOCKING, "message.sms.params")],
    ),
    (
        f"{SMS}variables = ['TEXT', 'TEXT']",
        AIM_MESSAGE,
        REFUSED,
        [(BLOCKING, "message.sms.template")],
    ),
    (
        f"{SIGNATURE}status = 'PENDING_REVIEW'",
        AIM_MESSAGE,
        REFUSED,
        [(BLOCKING, "message.sms.signature")],
    ),
    (
        f"{SIGNATURE}channel_number = '10690000009'",
        AIM_MESSAGE,
        REFUSED,
        [(BLOCKING, "message.sms.channel_number")],
    ),
    (
        "[sms_apps.member-app]\nstatus = 'SUSPENDED'",
        AIM_MESSAGE,
        REFUSED,
        [(BLOCKING, "message.sms.app")],
    ),
    (f"{PORT}pub_id = ''", AIM_MESSAGE, OK, [(WARNING, "message.sms.channel_number")]),
    *(
        (f"{PUB}{key} = {state}", AIM_MESSAGE, OK, [(WARNING, "message.sms.channel_number")])
        for key in ("state", "portal_state")
        for state in (1, 3, 4)
    ),
    (f"{PUB}approve_state = 1", AIM_MESSAGE, OK, []),
    (f"{PORT}signs = ['别家']", AIM_MESSAGE, OK, [(WARNING, "message.sms.signature")]),
    (
        f"{VIDEO}audit_state = 2",
        AIM_BASIC_MESSAGE,
        REFUSED,
        [(BLOCKING, "message.template")],
    ),
    (
        f"{VIDEO}valid_until = 2020-01-01T00:00:00Z",
        AIM_BASIC_MESSAGE,
        REFUSED,
        [(BLOCKING, "message.template"), (WARNING, "message.template")],
    ),
    (
        f"{VIDEO}carriers = {{ ctcc = 3 }}",
        AIM_BASIC_MESSAGE,
        OK,
        [(WARNING, "message.template")],
    ),
    (
        f"{VIDEO}parameters = ['p_1']",
        AIM_BASIC_MESSAGE,
        CAMPAIGN,
        [(BLOCKING, "message.params")],
    ),
]


def preflight(chosen: GatewayOptions, message: Message) -> Preflight:
    async def work() -> Preflight:
        gateway = KooMessageGateway(chosen)
        clock = SystemClock()
        limiter = SpacedLimiter(LimiterOptions(messages_per_s=0, calls_per_s=0), clock)
        try:
            return await ask(message, Questions(gateway.catalog(), limiter, clock))
        finally:
            await gateway.close()

    return asyncio.run(work())


@pytest.mark.parametrize("case", WORLDS, ids=[f"{n}" for n in range(len(WORLDS))])
def test_a_changed_world_is_seen_through(
    tmp_path: Path, case: tuple[str, Message, Exit, list[tuple[Severity, str]]]
) -> None:
    world, message, code, expected = case
    with emulator_of_world(tmp_path, world) as emulator:
        found = preflight(options(emulator.url), message)
    assert faults(found.findings) == expected
    assert (found.blocked.exit_code if found.blocked else OK) is code
    assert emulator.messages() == []


@pytest.mark.parametrize(
    ("message", "keys"),
    [
        (replace(AIM_MESSAGE, template="799999999"), ["message.template"]),
        (replace(AIM_BASIC_MESSAGE, template="699999999"), ["message.template"]),
        (replace(AIM_MESSAGE, params=AIM_MESSAGE.params[:2]), ["message.params"]),
        (
            replace(AIM_MESSAGE, sms=replace(LEG, template="19999999")),
            ["message.sms.template"],
        ),
        (
            replace(AIM_MESSAGE, sms=replace(LEG, signature="云商")),
            ["message.sms.signature", "message.sms.signature"],
        ),
        (
            replace(AIM_MESSAGE, sms=replace(LEG, app="other-app")),
            ["message.sms.app", "message.sms.app", "message.sms.app"],
        ),
        (
            replace(AIM_MESSAGE, sms=replace(LEG, template="15010662")),
            ["message.sms.template"],
        ),
        (
            replace(AIM_MESSAGE, sms=replace(LEG, template="15010663", params=LEG.params[:1])),
            ["message.sms.template"],
        ),
    ],
)
def test_a_campaign_that_names_what_is_not_there_hears_which_key_is_wrong(
    shared: EmulatorProcess, message: Message, keys: list[str]
) -> None:
    found = preflight(options(shared.url), message)
    assert [key for _, key in faults(found.findings)] == keys
    assert found.blocked is not None


def test_wrong_keys_are_told_from_everything_else(shared: EmulatorProcess) -> None:
    wrong = GatewayOptions(shared.url, ACCESS_KEY, "not-the-secret")
    with pytest.raises(CredentialsRefused) as refused:
        preflight(wrong, AIM_MESSAGE)
    assert "not-the-secret" not in str(refused.value)
    assert isinstance(refused.value, KoosendError)
