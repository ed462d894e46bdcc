"""Name the operation that a call is, as the provider's documents do, and what came of it.

Both stand in figures, so that there are few of them: no id of a path and no text of an answer.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pipeline.koomessage.codes import complaint_of
from pipeline.measures import OTHER

OPERATIONS: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("POST", "/v1/aim/send-tasks"): "CreateAimSendTask",
        ("GET", "/v1/aim/send-tasks"): "ListAimSendTasks",
        ("GET", "/v1/aim/send-details"): "ListAimSendDetails",
        ("GET", "/v1/aim/resolve-details"): "ListAimResolveDetails",
        ("POST", "/v1/aim/send-reports"): "ListAimSendReports",
        ("POST", "/v1/aim/resolve-tasks"): "CreateResolveTask",
        ("GET", "/v1/aim/resolve-tasks"): "ListResolveTasks",
        ("POST", "/v1/aim/mobile-capabilities/check"): "CheckMobileCapability",
        ("GET", "/v1/aim/templates"): "ListAimTemplates",
        ("POST", "/v1/aim/sms/messages"): "SendAimBatchMessages",
        ("POST", "/v1/aim/sms/diff-messages"): "SendAimBatchDifferentMessages",
        ("POST", "/v1/aim-basic/send-tasks"): "CreateVmsSendTask",
        ("GET", "/v1/aim-basic/send-tasks"): "ListVmsSendTasks",
        ("GET", "/v1/aim-basic/templates"): "ListVmsTemplateStatus",
        ("POST", "/v1/aim/callbacks"): "AddCallBack",
        ("GET", "/v1/aim/callbacks"): "ListAimCallbacks",
        ("POST", "/v1/aim-basic/callbacks"): "AddVmsCallBack",
        ("GET", "/v1/aim-basic/callbacks"): "ListVmsCallbacks",
        ("GET", "/v1/sms/apps"): "ListAimMsgApp",
        ("GET", "/v1/sms/signatures"): "ListAimMsgSignature",
        ("GET", "/v1/sms/templates"): "ListAimMsgTemplate",
        ("GET", "/v1/sms/templates/{template_id}/variable"): "ShowAimMsgTemplateVariable",
        ("GET", "/v1/aim-sa/ports"): "ListPortInfos",
        ("GET", "/v1/aim-sa/pubs"): "ListPubInfos",
        ("GET", "/v1/aim-sa/portals"): "ListPortalInfos",
        ("POST", "/v3/auth/tokens"): "KeystoneCreateUserTokenByPassword",
        ("GET", "/v3/auth/domains"): "KeystoneListAuthDomains",
    }
)
"""What koosend asks, by method and path: a test holds it against what the emulator is asked."""

OK: Final = "ok"
"""Answered with a status of 2xx; what a body says of single numbers is another matter."""

NO_ANSWER: Final = "no_answer"
NOT_SENT: Final = "not_sent"

_VARIABLE: Final = re.compile(r"/v1/sms/templates/[^/]+/variable")
_OWN: Final = re.compile(r"KM\.[0-9]{8}|APIGW?\.[0-9]{4}")
_GOOD: Final = range(200, 300)


def operation_of(method: str, path: str) -> str:
    """Return the name of an operation; "other" for what is in no table."""
    shape = "/v1/sms/templates/{template_id}/variable" if _VARIABLE.fullmatch(path) else path
    return OPERATIONS.get((method, shape), OTHER)


def code_of(status: int, body: bytes) -> str:
    """Return the provider's code of a refusal, else its status: http_502. "ok" for what is none."""
    if status in _GOOD:
        return OK
    code = complaint_of(body).code
    return code if _OWN.fullmatch(code) else f"http_{status}"
