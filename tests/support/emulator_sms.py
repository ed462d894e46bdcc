"""Text messages and callbacks through the official SDK."""

from collections.abc import Sequence

from huaweicloudsdkkoomessage import v1 as sdk

from tests.support.emulator_sdk import Sdk

CHANNEL = "10690000001"
PLAIN, LINKED, REVIEWING = "15010662", "15010661", "15010663"
VALUES = ["张三", "128"]


def text_request(numbers: Sequence[str] | None, **changes: Sdk) -> Sdk:
    """Ask for the plain text of the default world; changes replace fields of the body."""
    fields = {"template_id": PLAIN, "template_params": VALUES, "to": numbers, **changes}
    return sdk.SendAimBatchMessagesRequest(body=sdk.SmsTaskReq(**fields))


def content(numbers: Sequence[str] | None, **changes: Sdk) -> Sdk:
    """Return one content of several: the plain text unless changed."""
    fields = {"template_id": PLAIN, "template_params": VALUES, "to": numbers, **changes}
    return sdk.MsgContent(**fields)


def texts_request(contents: Sequence[Sdk] | None, **changes: Sdk) -> Sdk:
    """Ask for several texts; changes replace fields of the body."""
    fields = {"channel_num": CHANNEL, "sms_content": contents, **changes}
    body = sdk.SmsMultiTemplateTaskRequestBody(**fields)
    return sdk.SendAimBatchDifferentMessagesRequest(body=body)


def send_text(client: Sdk, numbers: Sequence[str] | None, **changes: Sdk) -> Sdk:
    """Send one text to the numbers."""
    return client.send_aim_batch_messages(text_request(numbers, **changes))


def send_texts(client: Sdk, contents: Sequence[Sdk] | None, **changes: Sdk) -> Sdk:
    """Send several texts."""
    return client.send_aim_batch_different_messages(texts_request(contents, **changes))


def statuses(answer: Sdk) -> list[str]:
    """Return what became of each receiver at the submission."""
    return [row.send_status for row in answer.result]


def register_basic(client: Sdk, url: str, url_type: int = 0) -> None:
    """Register AIM basic's address."""
    body = sdk.AddVmsCallBackRequestBody(callback_url=url, url_type=url_type)
    client.add_vms_call_back(sdk.AddVmsCallBackRequest(body=body))


def register_aim(client: Sdk, url: str, url_type: int) -> None:
    """Register one of AIM's addresses."""
    body = sdk.AddCallbackRequestBody(callback_url=url, url_type=url_type)
    client.add_call_back(sdk.AddCallBackRequest(body=body))
