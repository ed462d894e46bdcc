"""Every operation answers the official SDK in each of its four ways, in the shape of its models."""

import re
from collections.abc import Callable

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from pipeline.emulator.app import _MODULES
from tests.support.emulator_clients import WAYS, Call, TokenCredentials, caller
from tests.support.emulator_links import asked
from tests.support.emulator_process import EmulatorProcess
from tests.support.emulator_sdk import Sdk, phones, refusal_of, sdk_client, send_basic, send_cards
from tests.support.emulator_sms import content, text_request, texts_request

IAM = {"KeystoneCreateUserTokenByPassword", "KeystoneListAuthDomains"}
SPAN = {"begin_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-02T00:00:00Z"}
PAGE = {"offset": 0, "limit": 100}


class Asked:
    """Stand for a client: whatever is asked of it is the request itself."""

    def __getattr__(self, name: str) -> Callable[[Sdk], Sdk]:
        return lambda request: request


def app_of(call: Call) -> Sdk:
    listed = call("list_aim_msg_app", sdk.ListAimMsgAppRequest())
    return sdk.ListAimMsgAppDetailRequest(app_id=listed.result[0].app_id)


def signature_of(call: Call) -> Sdk:
    listed = call("list_aim_msg_signature", sdk.ListAimMsgSignatureRequest())
    wanted = listed.result[0].signature_id
    return sdk.ListAimMsgSignatureDetailRequest(signature_id=wanted)


REQUESTS: dict[str, Callable[[Call], Sdk]] = {
    "CreateAimSendTask": lambda _: send_cards(Asked(), "shapes", phones(2)),
    "ListAimSendTasks": lambda _: sdk.ListAimSendTasksRequest(),
    "ListAimSendDetails": lambda _: sdk.ListAimSendDetailsRequest(**PAGE),
    "CreateResolveTask": lambda _: asked(),
    "ListResolveTasks": lambda _: sdk.ListResolveTasksRequest(),
    "ListAimResolveDetails": lambda _: sdk.ListAimResolveDetailsRequest(**PAGE),
    "ListAimSendReports": lambda _: sdk.ListAimSendReportsRequest(
        body=sdk.ListAimSendReportsRequestBody(limit=10)
    ),
    "ListAimTemplates": lambda _: sdk.ListAimTemplatesRequest(),
    "ListAimTemplateReports": lambda _: sdk.ListAimTemplateReportsRequest(
        body=sdk.ListAimTemplateReportsRequestBody(tpl_ids=["700000001"], **SPAN)
    ),
    "CheckMobileCapability": lambda _: sdk.CheckMobileCapabilityRequest(
        body=sdk.CheckMobileCapabilityRequestBody(mobiles=phones(3), tpl_id="700000001")
    ),
    "AddCallBack": lambda _: sdk.AddCallBackRequest(
        body=sdk.AddCallbackRequestBody(callback_url="http://127.0.0.1:9/a", url_type=1)
    ),
    "ListAimCallbacks": lambda _: sdk.ListAimCallbacksRequest(),
    "CreateVmsSendTask": lambda _: send_basic(Asked(), "shapes", phones(2)),
    "ListVmsSendTasks": lambda _: sdk.ListVmsSendTasksRequest(),
    "ListVmsTemplateStatus": lambda _: sdk.ListVmsTemplateStatusRequest(),
    "AddVmsCallBack": lambda _: sdk.AddVmsCallBackRequest(
        body=sdk.AddVmsCallBackRequestBody(callback_url="http://127.0.0.1:9/b", url_type=1)
    ),
    "ListVmsCallbacks": lambda _: sdk.ListVmsCallbacksRequest(),
    "SendAimBatchMessages": lambda _: text_request(phones(2)),
    "SendAimBatchDifferentMessages": lambda _: texts_request([content(phones(2))]),
    "ListAimMsgApp": lambda _: sdk.ListAimMsgAppRequest(),
    "ListAimMsgAppDetail": app_of,
    "ListAimMsgSignature": lambda _: sdk.ListAimMsgSignatureRequest(),
    "ListAimMsgSignatureDetail": signature_of,
    "ListAimMsgTemplate": lambda _: sdk.ListAimMsgTemplateRequest(),
    "ShowAimMsgTemplateDetail": lambda _: sdk.ShowAimMsgTemplateDetailRequest("15010661"),
    "ShowAimMsgTemplateVariable": lambda _: sdk.ShowAimMsgTemplateVariableRequest("15010661"),
    "ListPortInfos": lambda _: sdk.ListPortInfosRequest(),
    "ListPubInfos": lambda _: sdk.ListPubInfosRequest(),
    "ListPortalInfos": lambda _: sdk.ListPortalInfosRequest(),
    "ListMenus": lambda _: sdk.ListMenusRequest(),
}


@pytest.fixture(scope="module")
def shared(shared: EmulatorProcess) -> EmulatorProcess:
    client = sdk_client(shared.url)
    send_cards(client, "before", phones(100))
    send_basic(client, "before", phones(100))
    shared.advance(7 * 3_600)
    return shared


def method_of(operation: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


def test_no_operation_is_left_out() -> None:
    known = {operation.name for module in _MODULES for operation in module.OPERATIONS}
    assert set(REQUESTS) == known - IAM


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("operation", REQUESTS)
def test_an_answer_holds_what_the_sdks_model_names_and_nothing_else(
    shared: EmulatorProcess, operation: str, way: str
) -> None:
    call = caller(shared.url, way)
    answer = call(method_of(operation), REQUESTS[operation](call))
    assert answer.status_code == 200


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("operation", REQUESTS)
def test_a_call_with_a_bad_token_is_refused_and_takes_nothing(
    shared: EmulatorProcess, operation: str, *, is_async: bool
) -> None:
    request = REQUESTS[operation](caller(shared.url, "sync keys"))
    client = sdk_client(shared.url, is_async=is_async)
    client.with_credentials(TokenCredentials("MIIbad"))
    before = shared.stats()["messages"]
    name = method_of(operation)

    def ask() -> Sdk:
        return (
            getattr(client, f"{name}_async")(request).result()
            if is_async
            else getattr(client, name)(request)
        )

    assert refusal_of(ask) == (401, "APIGW.0301")
    assert shared.stats()["messages"] == before
