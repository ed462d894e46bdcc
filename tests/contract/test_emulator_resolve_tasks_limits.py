"""The documented limits of links as tables: the last value taken and the first one refused."""

from collections.abc import Callable

import pytest
from huaweicloudsdkkoomessage import v1 as sdk

from tests.support.emulator_clients import Call
from tests.support.emulator_links import asked, link
from tests.support.emulator_sdk import Sdk, refusal_of

PARAMETER = "KM.EMULATOR.PARAMETER"
LINK = "https://a.example.com/"
Ask = Callable[[Call], Sdk]

pytestmark = pytest.mark.parametrize(
    "call", ["sync keys", "async token"], indirect=True, scope="module"
)


def make(**changes: object) -> Ask:
    return lambda call: call("create_resolve_task", asked(**changes))


def one(**changes: object) -> Ask:
    return make(params=[link(**{"flag": "1", **changes})])


def group(**changes: object) -> Ask:
    fields: dict[str, object] = {
        "tpl_id": "700000002",
        "aim_code_type": "group",
        "resolving_times": 2,
        "params": [link("1", dync_params=None)],
        **changes,
    }
    return make(**fields)


def custom(code: object, **changes: object) -> Ask:
    fields: dict[str, object] = {"generation_type": "2", "domain": "km2n.cn", **changes}
    return make(params=[link("1", custom_short_code=code)], **fields)


def tasks(**filters: object) -> Ask:
    return lambda call: call("list_resolve_tasks", sdk.ListResolveTasksRequest(**filters))


def links(count: int) -> list[Sdk]:
    return [link(str(index)) for index in range(count)]


TAKEN: dict[str, Ask] = {
    "100 links": make(params=links(100)),
    "5 signatures": make(sms_signs=list("一二三四五")),
    "a signature of 1": make(sms_signs=["签"]),
    "a signature of 18": make(sms_signs=["签" * 18]),
    "a personal link of 1 day": make(expiration_time=1),
    "a personal link of 7 days": make(expiration_time=7),
    "a group link of 1 day": group(expiration_time=1),
    "a group link of 180 days": group(expiration_time=180),
    "a personal link that says more parses": make(resolving_times=10_000_000),
    "a group of 2 parses": group(resolving_times=2),
    "a group of most parses": group(resolving_times=10_000_000),
    "a flag of 64": one(flag="f" * 64),
    "a jump address of 256": one(custom_url=LINK + "a" * (256 - len(LINK))),
    "a standard domain": make(domain="km2g.cn"),
    "a generation type of 1": make(generation_type="1"),
    "a custom code of 3": custom("ab1"),
    "a custom code of 10": custom("abcdefghi1"),
    "a task id of 36": tasks(task_id="t" * 36),
    "a task name of 30": tasks(task_name="n" * 30),
    "a template id of 9 digits": tasks(tpl_id="700000001"),
    "a template name of 100": tasks(tpl_name="名" * 100),
    "a flag filter of 100": tasks(cust_flag="f" * 100),
    "a page of 1": tasks(limit=1),
    "a page of 100": tasks(limit=100),
    "the last offset": tasks(offset=1_000_000),
}

REFUSED: dict[str, tuple[Ask, str]] = {
    "101 links": (make(params=links(101)), "KM.90016403"),
    "no link": (make(params=[]), "KM.90016415"),
    "links that are not there": (make(params=None), "KM.90016415"),
    "2 links of a group": (
        group(params=[link("1", dync_params=None), link("2", dync_params=None)]),
        "KM.90016416",
    ),
    "6 signatures": (make(sms_signs=list("一二三四五六")), PARAMETER),
    "no signature": (make(sms_signs=[]), "KM.90016415"),
    "signatures that are not there": (make(sms_signs=None), "KM.90016415"),
    "an empty signature": (make(sms_signs=[""]), "KM.00001076"),
    "a signature of 19": (make(sms_signs=["签" * 19]), "KM.00001076"),
    "a signature in brackets": (make(sms_signs=["【云商城】"]), PARAMETER),
    "a personal link of 0 days": (make(expiration_time=0), PARAMETER),
    "a personal link of 8 days": (make(expiration_time=8), PARAMETER),
    "a group link of 0 days": (group(expiration_time=0), PARAMETER),
    "a group link of 181 days": (group(expiration_time=181), PARAMETER),
    "a link of no days": (make(expiration_time=None), PARAMETER),
    "no parses": (make(resolving_times=0), PARAMETER),
    "parses that are not there": (make(resolving_times=None), PARAMETER),
    "too many parses": (make(resolving_times=10_000_001), PARAMETER),
    "a group of 1 parse": (group(resolving_times=1), PARAMETER),
    "a group with parameters": (group(tpl_id="700000001"), PARAMETER),
    "a kind that is none": (make(aim_code_type="all"), PARAMETER),
    "no kind": (make(aim_code_type=None), PARAMETER),
    "no template": (make(tpl_id=None), "KM.90016405"),
    "an unknown template": (make(tpl_id="799999999"), "KM.90016405"),
    "a disabled template": (make(tpl_id="700000003"), "KM.EMULATOR.TEMPLATE_STATE"),
    "no flag": (one(flag=None), PARAMETER),
    "an empty flag": (one(flag=""), PARAMETER),
    "a flag of 65": (one(flag="f" * 65), PARAMETER),
    "a jump address of 257": (one(custom_url=LINK + "a" * (257 - len(LINK))), PARAMETER),
    "a jump address without http": (one(custom_url="ftp://a.example.com"), PARAMETER),
    "values that are no object": (one(dync_params=["张三"]), PARAMETER),
    "a generation type of 3": (make(generation_type="3"), PARAMETER),
    "a domain that is not registered": (make(domain="other.cn"), PARAMETER),
    "a custom domain for standard codes": (make(domain="km2n.cn"), PARAMETER),
    "a standard domain for custom codes": (custom("abc2", domain="km2g.cn"), PARAMETER),
    "custom codes without domain": (custom("abc2", domain=None), PARAMETER),
    "a custom code that is not there": (custom(None), PARAMETER),
    "a custom code of 2": (custom("ab"), PARAMETER),
    "a custom code of 11": (custom("abcdefghij1"), PARAMETER),
    "a custom code with a dash": (custom("ab-c"), PARAMETER),
    "a task id of 37": (tasks(task_id="t" * 37), PARAMETER),
    "a task name of 31": (tasks(task_name="n" * 31), PARAMETER),
    "a template id of 8 digits": (tasks(tpl_id="70000000"), PARAMETER),
    "a template id of letters": (tasks(tpl_id="a" * 9), PARAMETER),
    "a template name of 101": (tasks(tpl_name="名" * 101), PARAMETER),
    "a flag filter of 101": (tasks(cust_flag="f" * 101), PARAMETER),
    "a page of 0": (tasks(limit=0), PARAMETER),
    "a page of 101": (tasks(limit=101), PARAMETER),
    "an offset below 0": (tasks(offset=-1), PARAMETER),
    "an offset past a million": (tasks(offset=1_000_001), PARAMETER),
    "an unreadable time": (tasks(begin_time="then", end_time="now"), PARAMETER),
}


@pytest.mark.parametrize("case", TAKEN)
def test_a_value_on_the_edge_is_taken(call: Call, case: str) -> None:
    answer = TAKEN[case](call)
    if hasattr(answer, "params"):
        # The codes of the two clients are the same ones, so the second is told of a duplicate.
        assert {made.result_code for made in answer.params} <= {"0", "KM.90016482"}


@pytest.mark.parametrize("case", REFUSED)
def test_a_value_past_the_edge_is_refused_and_no_link_is_made(call: Call, case: str) -> None:
    ask, code = REFUSED[case]
    before = tasks()(call).page_info.total
    assert refusal_of(lambda: ask(call)) == (400, code)
    assert tasks()(call).page_info.total == before
