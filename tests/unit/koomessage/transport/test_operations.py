"""How calls are named in figures."""

import pytest

from pipeline.emulator.app import _MODULES
from pipeline.koomessage.catalog import LISTS, SMS
from pipeline.koomessage.products import aim, aim_basic, capability, links, send_reports, sms
from pipeline.koomessage.transport import iam
from pipeline.koomessage.transport.operations import OPERATIONS, code_of, operation_of

ASKED = {
    *(("GET", of.path) for of in LISTS),
    *(
        (method, path)
        for path in (aim.PATH, aim_basic.PATH, links.PATH)
        for method in ("GET", "POST")
    ),
    *(("POST", path) for path in (sms.PATH, sms.DIFFERENT_PATH, capability.PATH)),
    *(("GET", path) for path in (aim.DETAILS_PATH, aim.RENDERINGS_PATH, iam.DOMAINS_PATH)),
    ("POST", send_reports.PATH),
    ("POST", iam.PATH),
}


def test_an_operation_has_the_name_that_the_provider_gives_it() -> None:
    theirs = {
        (operation.method, operation.path): operation.name
        for module in _MODULES
        for operation in module.OPERATIONS
    }
    assert {key: theirs[key] for key in OPERATIONS} == OPERATIONS


@pytest.mark.parametrize(("method", "path"), sorted(ASKED))
def test_whatever_is_asked_has_a_name(method: str, path: str) -> None:
    assert operation_of(method, path) != "other"


def test_no_id_of_a_path_is_part_of_a_name() -> None:
    assert operation_of("GET", f"{SMS.path}/15010661/variable") == "ShowAimMsgTemplateVariable"
    assert operation_of("GET", "/v1/13000000001") == "other"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b'{"status":"000000"}', "ok"),
        (429, b'{"error_code":"APIGW.0308","error_msg":"slow down"}', "APIGW.0308"),
        (400, b'{"error_code":"KM.90011001","error_msg":"13000000001"}', "KM.90011001"),
        (400, b'{"error_code":"13000000001","error_msg":"x"}', "http_400"),
        (502, b"<html>13000000001</html>", "http_502"),
        (503, b"", "http_503"),
    ],
)
def test_a_code_is_the_providers_own_or_the_status(status: int, body: bytes, code: str) -> None:
    assert code_of(status, body) == code
