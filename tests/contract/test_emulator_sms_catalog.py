"""The official SDK lists SMS applications, signatures and templates, and opens each of them."""

from collections.abc import Callable

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from tests.support.emulator_clients import Call, caller
from tests.support.emulator_process import EmulatorProcess
from tests.support.emulator_sdk import Sdk, refusal_of

PARAMETER = "KM.EMULATOR.PARAMETER"
WORLD = """
[sms_apps.other-app]
status = "SUSPENDED"
up_link_addr = "https://www.example.com/sms"
created_at = 2026-06-01T00:00:00Z

[sms_signatures."新签名"]
app = "other-app"
channel_number = "10690000009"
status = "PROCESSING"
type = "NOTIFY_TYPE"
created_at = 2026-06-01T00:00:00Z

[sms_templates.15010670]
app = "other-app"
signature = "新签名"
variables = ["PHONE", "DATETIME", "MONEY", "NEWTEXT"]
flow_status = "Reject"
type = "NOTIFY_TYPE"
name = "新模板"
content = "${1} ${2} ${3} ${4}"
created_at = 2026-06-01T00:00:00Z
"""
Ask = Callable[[Call], Sdk]


def apps(**filters: object) -> Ask:
    return lambda call: call("list_aim_msg_app", sdk.ListAimMsgAppRequest(**filters))


def signatures(**filters: object) -> Ask:
    return lambda call: call("list_aim_msg_signature", sdk.ListAimMsgSignatureRequest(**filters))


def templates(**filters: object) -> Ask:
    return lambda call: call("list_aim_msg_template", sdk.ListAimMsgTemplateRequest(**filters))


def app(app_id: str) -> Ask:
    request = sdk.ListAimMsgAppDetailRequest(app_id=app_id)
    return lambda call: call("list_aim_msg_app_detail", request)


def signature(signature_id: str) -> Ask:
    request = sdk.ListAimMsgSignatureDetailRequest(signature_id=signature_id)
    return lambda call: call("list_aim_msg_signature_detail", request)


def template(template_id: str) -> Ask:
    request = sdk.ShowAimMsgTemplateDetailRequest(template_id=template_id)
    return lambda call: call("show_aim_msg_template_detail", request)


def variables(template_id: str) -> Ask:
    request = sdk.ShowAimMsgTemplateVariableRequest(template_id=template_id)
    return lambda call: call("show_aim_msg_template_variable", request)


def plain(answer: Sdk) -> dict[str, object]:
    """Return what a model holds, whichever of the SDK's models it is."""
    return {name: getattr(answer, name) for name in answer.openapi_types}


def test_an_application_is_listed_and_shown_alike(call: Call) -> None:
    page = apps()(call)
    assert (page.page_info.offset, page.page_info.limit, page.page_info.total) == (0, 10, 2)
    ours, other = page.result
    assert (ours.app_name, ours.status, ours.region) == ("member-app", "LAUNCHED", "cn")
    assert (other.status, other.up_link_addr) == ("SUSPENDED", "https://www.example.com/sms")
    assert ours.create_time == "2026-01-05T10:00:00"
    assert 1 <= len(ours.app_id) <= 50
    assert plain(app(ours.app_id)(call)) == plain(ours)


def test_a_signature_has_its_channel_only_once_it_has_passed(call: Call) -> None:
    ours, new = signatures()(call).result
    assert (ours.signature_name, ours.status) == ("云商城", "REVIEW_PASSED")
    assert (ours.channel_num, ours.signature_type) == ("10690000001", "PROMOTION_TYPE")
    assert (new.status, new.channel_num) == ("PROCESSING", None)
    assert ours.app_id == apps(app_name="member-app")(call).result[0].app_id
    assert plain(signature(ours.signature_id)(call)) == plain(ours)


def test_the_list_of_templates_leaves_its_first_row_out_unless_asked(call: Call) -> None:
    default = templates()(call)
    assert (default.page_info.offset, default.page_info.limit) == (1, 10)
    assert default.page_info.total == 4
    assert [one.template_id for one in default.result] == ["15010661", "15010662", "15010663"]
    whole = templates(offset=0)(call)
    assert whole.result[0].template_id == "15010670"
    assert len(whole.result) == 4


def test_a_template_is_listed_and_shown_alike_and_belongs_together(call: Call) -> None:
    (ours,) = templates(template_id="15010661", offset=0)(call).result
    assert (ours.flow_status, ours.status, ours.has_variable) == ("Adopted", "Normal", "Yes")
    assert (ours.template_type, ours.universal_template) == ("PROMOTION_TYPE", None)
    assert "${2}" in ours.template_content
    assert ours.create_time == "2026-01-05 10:00:00"
    assert signature(ours.signature_id)(call).signature_name == "云商城"
    assert app(ours.app_id)(call).app_name == ours.app_name == "member-app"
    assert plain(template("15010661")(call)) == plain(ours)


def test_variables_are_told_by_place_and_type_in_no_promised_order(call: Call) -> None:
    answer = variables("15010661")(call)
    assert answer.total == 3
    places = {one.variable_index: one.variable_type for one in answer.results}
    assert places == {1: "TEXT", 2: "NEWTEXT", 3: "CHARDIGIT"}
    assert [one.variable_index for one in answer.results] == [3, 2, 1]
    assert len({one.id for one in answer.results}) == 3
    lengths = {
        one.variable_type: one.variable_length for one in variables("15010670")(call).results
    }
    assert lengths == {"PHONE": 15, "DATETIME": 20, "MONEY": 20, "NEWTEXT": 99}


MORE: dict[str, tuple[Callable[..., Ask], dict[str, object], int]] = {
    "apps by a part of the name": (apps, {"app_name": "member"}, 1),
    "apps by status": (apps, {"status": "SUSPENDED"}, 1),
    "apps since": (apps, {"begin_time": "2026-05-01T00:00:00Z"}, 1),
    "apps until": (apps, {"end_time": "2026-05-01T00:00:00Z"}, 1),
    "signatures by application": (signatures, {"app_name": "other"}, 1),
    "signatures by name": (signatures, {"signature_name": "云"}, 1),
    "signatures by an unknown id": (signatures, {"signature_id": "x"}, 0),
    "signatures by type": (signatures, {"signature_type": "NOTIFY_TYPE"}, 1),
    "signatures by status": (signatures, {"status": "REVIEW_PASSED"}, 1),
    "signatures since": (signatures, {"begin_time": "2026-05-01T00:00:00Z"}, 1),
    "signatures by an offset in letters": (signatures, {"offset": "1"}, 2),
    "templates by application": (templates, {"app_name": "member-app"}, 3),
    "templates by name": (templates, {"template_name": "积分"}, 2),
    "templates by flow": (templates, {"flow_status": "Reviewing"}, 1),
    "templates by type": (templates, {"template_type": "NOTIFY_TYPE"}, 1),
    "templates until": (templates, {"end_time": "2026-05-01T00:00:00Z"}, 3),
}


@pytest.mark.parametrize("case", MORE)
def test_things_are_found_by_each_documented_filter(call: Call, case: str) -> None:
    find, filters, total = MORE[case]
    assert find(**filters)(call).page_info.total == total


TAKEN: dict[str, Ask] = {
    "an application name of 30": apps(app_name="a" * 30),
    "a page of 1": apps(limit=1),
    "a page of 100": templates(limit=100),
    "no offset to speak of": templates(offset=0),
}
REFUSED: dict[str, tuple[Ask, str]] = {
    "an application name of 31": (apps(app_name="a" * 31), PARAMETER),
    "an unknown application status": (apps(status="BORN"), PARAMETER),
    "a page of 0": (apps(limit=0), PARAMETER),
    "a page of 101": (signatures(limit=101), PARAMETER),
    "an offset below 0": (templates(offset=-1), PARAMETER),
    "an offset of letters": (signatures(offset="first"), PARAMETER),
    "an unknown signature status": (signatures(status="GOOD"), PARAMETER),
    "an unknown signature type": (signatures(signature_type="VIP"), PARAMETER),
    "an unknown flow": (templates(flow_status="adopted"), PARAMETER),
    "an unknown template type": (templates(template_type="VIP"), PARAMETER),
    "an unreadable time": (apps(begin_time="then"), PARAMETER),
    "an unknown application": (app("none"), "KM.EMULATOR.UNKNOWN_ID"),
    "an unknown signature": (signature("a/b"), "KM.EMULATOR.UNKNOWN_ID"),
    "an unknown template": (template("1"), "KM.00001080"),
    "variables of an unknown template": (variables("云"), "KM.00001080"),
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_filter_on_the_edge_is_taken(shared: EmulatorProcess, case: str) -> None:
    TAKEN[case](caller(shared.url, "sync keys"))


@pytest.mark.parametrize("case", REFUSED)
def test_a_filter_past_the_edge_is_refused(call: Call, case: str) -> None:
    ask, code = REFUSED[case]
    assert refusal_of(lambda: ask(call)) == (400, code)
