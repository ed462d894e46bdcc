"""What the account has, as the provider writes it: documents and reality differ in types."""

from collections.abc import Callable

import msgspec
import pytest

from pipeline.core.catalog import AppState, Effect, PortKind, Review
from pipeline.core.templates import VariableKind
from pipeline.koomessage import catalog
from pipeline.koomessage.decoding import Unreadable
from pipeline.koomessage.lists import Page

CARD_REVIEWS = {
    0: Review.NOT_SUBMITTED,
    1: Review.IN_REVIEW,
    2: Review.PASSED,
    3: Review.REJECTED,
    4: Review.UNKNOWN,
    "2": Review.PASSED,
    None: Review.UNKNOWN,
    "x": Review.UNKNOWN,
}
VIDEO_REVIEWS = {
    0: Review.PASSED,
    1: Review.IN_REVIEW,
    2: Review.REJECTED,
    3: Review.DISABLED,
    4: Review.MISSING,
    5: Review.EXPIRED,
    6: Review.UNKNOWN,
    -1: Review.UNKNOWN,
    "0": Review.PASSED,
    None: Review.UNKNOWN,
}


@pytest.mark.parametrize("state", CARD_REVIEWS)
def test_every_review_state_of_a_card_is_known(state: object) -> None:
    found = catalog.card_template({"tpl_id": 700000001, "audit_state": state})
    assert found.review is CARD_REVIEWS[state]
    assert found.template == "700000001"


@pytest.mark.parametrize("state", VIDEO_REVIEWS)
def test_every_review_state_of_a_video_and_of_each_carrier_is_known(state: object) -> None:
    carrier = {"carrier": "CMCC", "status": state}
    found = catalog.video_template({"audit_state": state, "status_detail": [carrier]})
    assert found.review is VIDEO_REVIEWS[state]
    assert found.carriers == (("cmcc", found.review),)


@pytest.mark.parametrize(
    ("param", "kind", "chars_min", "chars_max"),
    [
        ({"type": "string", "min_length": 1, "max_length": 20}, VariableKind.CARD, 1, 20),
        ({"type": "integer", "max_length": "20"}, VariableKind.CARD_INTEGER, 0, 20),
        ({"fix_length": 6, "min_length": 1, "max_length": 9}, VariableKind.CARD, 6, 6),
        ({"has_length": False, "max_length": 9}, VariableKind.CARD, 0, None),
        ({"length_restrict": False, "max_length": 9}, VariableKind.CARD, 0, None),
        ({"max_length": 0}, VariableKind.CARD, 0, None),
        ({}, VariableKind.CARD, 0, None),
    ],
)
def test_a_cards_parameter_has_its_kind_and_its_lengths(
    param: dict[str, object], kind: VariableKind, chars_min: int, chars_max: int | None
) -> None:
    found = catalog.card_template({"params": [{"name": "points", **param}]})
    assert found.variables is not None
    (variable,) = found.variables
    assert (variable.kind, variable.chars_min, variable.chars_max) == (kind, chars_min, chars_max)


def test_what_is_not_told_of_a_card_is_none_and_not_nothing() -> None:
    found = catalog.card_template({})
    assert (found.enabled, found.vendors, found.variables) == (None, None, None)
    assert catalog.card_template({"tpl_state": "0"}).enabled is False
    assert catalog.card_template({"params": []}).variables == ()


@pytest.mark.parametrize(
    ("pages", "description", "text"),
    [
        (
            '[{"label":"主页1","content":[{"type":"text","content":"大促"}]}]',
            "例",
            "主页1\ntext\n大促",
        ),
        ([{"contents": [{"content_child": "回T退订"}]}], "", "回T退订"),
        ('[{"label":"主页1","content":[{"type":"image","src":"https://a/b.png"}]}]', "例", "例"),
        ('[{"label":"主页1","content":[]}]', "", None),
        ("no JSON", "例", "例"),
        ("[" * 100_000, None, None),
        (None, None, None),
    ],
)
def test_a_card_says_what_its_pages_say_or_else_what_its_example_does(
    pages: object, description: object, text: str | None
) -> None:
    found = catalog.card_template({"pages": pages, "description": description})
    assert found.text == text


@pytest.mark.parametrize("state", [1, "1", 0, 2, None])
def test_only_state_one_is_an_active_maker(state: object) -> None:
    found = catalog.card_template({"factory_info": [{"factory_type": "OPPO", "state": state}]})
    assert found.vendors == (("OPPO", str(state) == "1"),)


@pytest.mark.parametrize(
    ("stated", "expires_at"),
    [
        ("0", None),
        (0, None),
        (None, None),
        ("never", None),
        ("1970-01-02T08:00:00Z", 86_400.0),
        ("1970-01-02T08:00:00", 86_400.0),
        ("1970-01-02T08:00:00+09:00", 86_400.0),
        (19700103, 144_000.0),
    ],
)
def test_a_video_ends_when_the_earliest_reading_of_its_time_says(
    stated: object, expires_at: float | None
) -> None:
    assert catalog.video_template({"valid_time": stated}).expires_at == expires_at


def test_a_videos_placeholders_stand_in_their_order_and_those_of_no_text_are_named() -> None:
    places = [{"name": "#p_1#", "type": "txt"}, {"name": "p_2", "type": "JPG"}]
    found = catalog.video_template({"var_info": places})
    assert found.variables is not None
    assert [one.name for one in found.variables] == ["p_1", "p_2"]
    assert found.foreign == ("p_2",)
    assert catalog.video_template({"var_info": ""}).variables == ()
    assert catalog.video_template({}).variables is None


@pytest.mark.parametrize(
    ("flow", "status", "review", "usable"),
    [
        ("Adopted", "Normal", Review.PASSED, True),
        ("ADOPTED", "normal", Review.PASSED, True),
        ("Reviewing", "Normal", Review.IN_REVIEW, True),
        ("Reject", "Frozen", Review.REJECTED, False),
        ("", "", Review.UNKNOWN, None),
    ],
)
def test_an_sms_template_is_read_with_its_two_states(
    flow: str, status: str, review: Review, *, usable: bool | None
) -> None:
    found = catalog.sms_listing({"flow_status": flow, "status": status}, None)
    assert (found.review, found.usable, found.known) == (review, usable, None)


def test_sms_variables_stand_in_the_order_of_their_places_however_they_are_listed() -> None:
    rows = [
        {"variable_index": 10, "variable_type": "TEXT", "variable_length": 20},
        {"variable_index": 2, "variable_type": "newtext", "variable_length": 99},
        {"variable_index": 1, "variable_type": "CHARDIGIT"},
    ]
    found = catalog.sms_variables(msgspec.json.encode({"results": rows}))
    assert found is not None
    assert [(one.name, str(one.kind), one.chars_min, one.chars_max) for one in found] == [
        ("${1}", "CHARDIGIT", 1, None),
        ("${2}", "NEWTEXT", 1, 99),
        ("${10}", "TEXT", 1, 20),
    ]


def test_a_variable_of_an_unknown_kind_leaves_all_of_them_unknown() -> None:
    rows = [{"variable_index": 1, "variable_type": "EMOJI"}]
    assert catalog.sms_variables(msgspec.json.encode({"results": rows})) is None
    assert catalog.sms_variables(b'{"results": []}') == ()


SIGNATURE_REVIEWS = {
    "REVIEW_PASSED": Review.PASSED,
    "PENDING_REVIEW": Review.IN_REVIEW,
    "PROCESSING": Review.IN_REVIEW,
    "REVIEW_NOT_PASS": Review.REJECTED,
    "TO_BE_ACTIVATED": Review.INACTIVE,
    "PENDING_ACTIVATE": Review.INACTIVE,
    "SOMETHING": Review.UNKNOWN,
}


@pytest.mark.parametrize("status", SIGNATURE_REVIEWS)
def test_every_state_of_a_signature_is_known(status: str) -> None:
    found = catalog.signature({"status": status, "channel_num": None, "signature_name": " 云商城 "})
    assert found.review is SIGNATURE_REVIEWS[status]
    assert (found.channel_number, found.name) == ("", "云商城")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("LAUNCHED", AppState.LAUNCHED),
        ("Created", AppState.CREATED),
        ("SUSPENDED", AppState.SUSPENDED),
        ("", AppState.UNKNOWN),
    ],
)
def test_every_state_of_an_application_is_known(status: str, state: AppState) -> None:
    assert catalog.app({"app_name": "a", "status": status}).state is state


@pytest.mark.parametrize(
    ("state", "effect"),
    [
        (1, Effect.NOT_YET),
        (2, Effect.IN_EFFECT),
        ("2", Effect.IN_EFFECT),
        (3, Effect.NO_LONGER),
        (4, Effect.FROZEN),
        (5, Effect.UNKNOWN),
        (None, Effect.UNKNOWN),
    ],
)
def test_every_state_of_a_service_number_is_known(state: object, effect: Effect) -> None:
    found = catalog.service_number({"pub_id": "p", "pub_name": "云", "state": state})
    assert (found.service_id, found.name, found.effect) == ("p", "云", effect)
    assert found.review is Review.UNKNOWN


@pytest.mark.parametrize(
    ("port_type", "covered"),
    [
        (1, {"1069"}),
        ("3", {"1069", "10690000001"}),
        (5, {"1069", "00001069"}),
        (None, {"1069"}),
        (2, {"1069"}),
    ],
)
def test_a_port_covers_numbers_by_its_kind(port_type: object, covered: set[str]) -> None:
    found = catalog.binding({"port": "1069", "port_type": port_type, "sign": ["云商城"]})
    numbers = {"1069", "10690000001", "00001069", "2"}
    assert {number for number in numbers if found.covers(number)} == covered
    assert found.shows("云商城")
    assert not found.shows("别家")
    assert isinstance(found.kind, PortKind)


@pytest.mark.parametrize(
    ("reader", "body"),
    [
        (catalog.CARDS.page, b'{"templates": [], "page_info": {"total": 0}}'),
        (
            catalog.VIDEOS.page,
            b'{"status": "200", "data": {"templates": [], "page_info": {"total": 0}}}',
        ),
        (catalog.SMS.page, b'{"result": [], "page_info": {"total": 0}}'),
        (catalog.PORTS.page, b'{"data": {"data": [], "page_info": {"total": 0}}}'),
        (catalog.PUBS.page, b'{"data": {"data": [], "page_info": {"total": 0}}}'),
        (catalog.PORTALS.page, b'{"data": {"portals": [], "page_info": {"total": 0}}}'),
    ],
)
def test_an_empty_list_is_no_unreadable_one(reader: Callable[[bytes], Page], body: bytes) -> None:
    assert reader(body) == Page((), 0)
    with pytest.raises(Unreadable):
        reader(b"{}")
    with pytest.raises(Unreadable):
        reader(b"<html>")
