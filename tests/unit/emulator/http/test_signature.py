"""The official signer signs, the emulator's own reading of the rules checks."""

import re
from datetime import UTC, datetime

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from pipeline.emulator.http.signature import SKEW_S, SignatureCheck, Signed

NOW_S = 1_795_000_000.0
KEY, SECRET = "access", "s3cret"

paths = st.lists(st.text("abcXYZ019-_.~ %中/+", min_size=1, max_size=8), max_size=4).map(
    lambda parts: "/" + "/".join(parts)
)
words = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
queries = st.lists(st.tuples(words.filter(bool), words), max_size=5)
bodies = st.binary(max_size=200)


def stamp(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y%m%dT%H%M%SZ")


def signed(path: str, query: list[tuple[str, str]], body: bytes, signed_s: float = NOW_S) -> Signed:
    headers = {"Host": "127.0.0.1:1", "X-Sdk-Date": stamp(signed_s), "X-Project-Id": "p"}
    request = SdkRequest("POST", "http", "127.0.0.1:1", path, path, query, headers, body)
    done = Signer(BasicCredentials(KEY, SECRET, "p")).sign(request)
    return Signed("POST", done.uri, CIMultiDict(done.header_params), body)


def check(secret: str = SECRET) -> SignatureCheck:
    return SignatureCheck({KEY: secret}, lambda: NOW_S)


@given(paths.filter(lambda path: not re.search("%[0-9a-fA-F]{2}|[?]", path)), queries, bodies)
def test_whatever_the_official_signer_signs_is_let_in(
    path: str, query: list[tuple[str, str]], body: bytes
) -> None:
    assert check().objection(signed(path, query, body)) is None


@given(bodies, bodies)
def test_another_body_secret_path_or_method_is_not(body: bytes, other: bytes) -> None:
    good = signed("/v1/a", [("k", "v")], body)
    assert check("other").objection(good) is not None
    for changed in (
        Signed("PUT", good.target, good.headers, good.body),
        Signed("POST", good.target + "2", good.headers, good.body),
        Signed("POST", good.target, good.headers, other + b"!" + body),
    ):
        assert check().objection(changed) is not None


@pytest.mark.parametrize(
    ("age_s", "is_let_in"),
    [(0, True), (SKEW_S, True), (SKEW_S + 1, False), (-SKEW_S, True), (-SKEW_S - 1, False)],
)
def test_a_signature_lives_fifteen_minutes_either_way(age_s: int, *, is_let_in: bool) -> None:
    objection = check().objection(signed("/v1/a", [], b"", NOW_S - age_s))
    assert (objection is None) == is_let_in


@pytest.mark.parametrize("missing", ["X-Sdk-Date", "Authorization", "X-Project-Id"])
def test_a_signed_header_must_be_there(missing: str) -> None:
    good = signed("/v1/a", [], b"{}")
    headers = {name: value for name, value in good.headers.items() if name != missing}
    assert check().objection(Signed("POST", good.target, CIMultiDict(headers), b"{}")) is not None


def test_the_date_must_be_among_what_was_signed() -> None:
    good = signed("/v1/a", [], b"")
    headers = CIMultiDict(good.headers)
    headers["Authorization"] = headers["Authorization"].replace(";x-sdk-date", "")
    objection = check().objection(Signed("POST", good.target, headers, b""))
    assert objection == "verify aksk signature fail, signature expired"


@pytest.mark.parametrize("value", ["", "Bearer x", "SDK-HMAC-SHA256 Access=access", "\udcff"])
def test_an_unreadable_authorization_is_as_good_as_none(value: str) -> None:
    headers = CIMultiDict({"Authorization": value, "X-Sdk-Date": stamp(NOW_S)})
    assert check().objection(Signed("GET", "/", headers, b"")) == "x-auth-token not found"
