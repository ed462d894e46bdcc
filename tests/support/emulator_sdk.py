"""The provider's official SDK pointed at an emulator: the judge of the emulator's answers."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkkoomessage import v1 as sdk

from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY

# The SDK ships no types: its client, requests and answers alike.
Sdk: TypeAlias = Any

# With a project id nothing is looked up at the provider's identity service.
PROJECT = "0" * 32
CARD = {"name": "张三", "points": "128", "shop": "云商城"}
SMS = ["张三", "128"]


def sdk_client(
    url: str,
    *,
    access_key: str = ACCESS_KEY,
    secret_key: str = SECRET_KEY,
    is_async: bool = False,
) -> Sdk:
    """Return the official client for an address, offline but for it."""
    config = HttpConfig.get_default_config()
    config.timeout = (60, 120)
    kind = sdk.KooMessageAsyncClient if is_async else sdk.KooMessageClient
    return (
        kind.new_builder()
        .with_http_config(config)
        .with_credentials(BasicCredentials(access_key, secret_key, PROJECT))
        .with_endpoint(url)
        .build()
    )


def refusal_of(call: Callable[[], object]) -> tuple[int, str]:
    """Return the status and code that the SDK read from a refused call."""
    with pytest.raises(ServiceResponseException) as refused:
        call()
    return refused.value.status_code, refused.value.error_code


def phones(count: int, first: int = 13_800_000_000) -> list[str]:
    """Return that many different numbers."""
    return [str(first + index) for index in range(count)]


def send_cards(client: Sdk, name: str, numbers: Sequence[str], **changes: Sdk) -> Sdk:
    """Send the default world's card to the numbers; changes replace fields wherever they stand."""
    params = [
        sdk.CreateResolveTaskParam(
            cust_flag=number,
            dync_params=changes.get("dync_params", CARD),
            sms_params=changes.get("sms_params", SMS),
            custom_url=changes.get("custom_url"),
            custom_short_code=changes.get("custom_short_code"),
        )
        for number in numbers
    ]
    channel = sdk.SmsChannel(
        channel_number=changes.get("channel_number", "10690000001"),
        sms_tpl_id=changes.get("sms_tpl_id", "15010661"),
        sms_sign=changes.get("sms_sign", "云商城"),
        sms_app_name=changes.get("sms_app_name", "member-app"),
    )
    resolve = sdk.AIMResolveTask(
        tpl_id=changes.get("tpl_id", "700000001"),
        resolve_times=changes.get("resolve_times", 1),
        aim_code_type=changes.get("aim_code_type", "individual"),
        generation_type=changes.get("generation_type"),
        domain=changes.get("domain"),
        expiration_time=changes.get("expiration_time", 7),
        params=params,
    )
    body = sdk.CreateAimSendTaskRequestBody(
        task_name=name, sms_channel=channel, resolve_task=resolve
    )
    return client.create_aim_send_task(sdk.CreateAimSendTaskRequest(body=body))


def content(*values: str) -> list[Sdk]:
    """Return AIM basic's parameters in the template's order."""
    return [
        sdk.ContentParam(
            param_name=f"p_{index}",
            content_type="txt",
            content_source="txt",
            content_detail=value,
        )
        for index, value in enumerate(values, start=1)
    ]


def send_basic(client: Sdk, name: str, numbers: Sequence[str] | None, **changes: Sdk) -> Sdk:
    """Send the default world's static video message; changes replace fields of the body."""
    fields = {"tpl_id": "600000002", **changes}
    body = sdk.CreateVmsSendTaskRequestBody(task_name=name, mobiles=numbers, **fields)
    return client.create_vms_send_task(sdk.CreateVmsSendTaskRequest(body=body))
