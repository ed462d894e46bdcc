"""Paths lead to operations, and what stands in them is read as it was meant."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.emulator.http.fields import Call, JsonObject
from pipeline.emulator.http.operations import Operation
from pipeline.emulator.http.routes import Routes, path_values
from pipeline.emulator.state.emulation import Emulation


def nothing(_emulation: Emulation, _call: Call) -> JsonObject:
    return {}


LIST = Operation("List", "GET", "/v1/things", nothing)
MAKE = Operation("Make", "POST", "/v1/things", nothing)
SHOW = Operation("Show", "GET", "/v1/things/{thing_id}", nothing)
PART = Operation("Part", "GET", "/v1/things/{thing_id}/part", nothing)
ROUTES = Routes((LIST, MAKE, SHOW, PART))


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/v1/things", LIST),
        ("POST", "/v1/things", MAKE),
        ("GET", "/v1/things/7", SHOW),
        ("GET", "/v1/things/7/part", PART),
        ("POST", "/v1/things/7", None),
        ("GET", "/v1/things/", None),
        ("GET", "/v1/things//part", None),
        ("GET", "/v1/things/7/other", None),
        ("GET", "/v1/things/7/part/more", None),
        ("GET", "/v2/things/7", None),
        ("get", "/v1/things", None),
    ],
)
def test_a_path_leads_to_one_operation_or_to_none(
    method: str, path: str, operation: Operation | None
) -> None:
    assert ROUTES.find(method, path) is operation


def test_a_path_of_an_operation_that_is_absent_leads_nowhere() -> None:
    routes = Routes((LIST, MAKE, SHOW, PART), absent=[("GET", "/v1/things/files")])
    assert routes.find("GET", "/v1/things/files") is None
    assert routes.find("GET", "/v1/things/files/part") is PART
    assert routes.find("GET", "/v1/things/7") is SHOW


@given(st.text(min_size=1, max_size=20))
def test_whatever_stands_in_a_path_is_read_back(thing: str) -> None:
    path = f"/v1/things/{quote(thing, safe='')}"
    assert ROUTES.find("GET", path) is SHOW
    assert path_values(SHOW, path) == {"thing_id": thing}


def test_a_path_without_values_has_none() -> None:
    assert path_values(LIST, "/v1/things") == {}
    assert ROUTES.names == {"List", "Make", "Show", "Part"}
