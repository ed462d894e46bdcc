"""Our signature equals the official signer's."""

import string
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import given
from hypothesis import strategies as st

from pipeline.koomessage.transport.signing import (
    KeyPair,
    QueryValue,
    Request,
    canonical_query,
    sign,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TOKENS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=40)
HEADER_NAMES = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=20).filter(
    lambda name: name.lower() not in {"host", "authorization", "x-sdk-date", "content-type"}
)
HEADER_VALUES = st.text(string.printable.strip() + " ", max_size=30)
PATHS = st.one_of(
    st.lists(TEXTS.map(quote), max_size=5).map(lambda parts: "/" + "/".join(parts)),
    st.sampled_from(["/", "/v1/aim/send-tasks", "/v1/aim/send-tasks/", "/v1/a~b/c%20d"]),
)
VALUES: st.SearchStrategy[QueryValue] = st.one_of(
    TEXTS, st.integers(), st.booleans(), st.lists(TEXTS, max_size=4)
)
QUERIES = st.dictionaries(TEXTS, VALUES, max_size=6).map(lambda found: tuple(found.items()))
HEADERS = st.dictionaries(HEADER_NAMES, HEADER_VALUES, max_size=5).filter(
    lambda found: len({name.lower() for name in found}) == len(found)
)
TIMES = st.integers(0, 4_000_000_000)


def official(request: Request, keys: KeyPair) -> dict[str, Any]:
    date = datetime.fromtimestamp(request.at, UTC).strftime("%Y%m%dT%H%M%SZ")
    signed = SdkRequest(
        method=request.method,
        schema="https",
        host=request.headers["Host"],
        resource_path=request.path,
        query_params=[
            (name, list(value) if isinstance(value, list) else value)
            for name, value in request.query
        ],
        header_params={**request.headers, "X-Sdk-Date": date},
        body=request.body,
    )
    Signer(BasicCredentials(keys.access_key, keys.secret_key)).sign(signed)
    return {"authorization": signed.header_params["Authorization"], "uri": signed.uri}


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "delete"]),
    path=PATHS,
    query=QUERIES,
    headers=HEADERS,
    rest=st.tuples(st.binary(max_size=200), TIMES, TOKENS, TOKENS),
)
def test_our_signature_is_the_official_one(
    method: str,
    path: str,
    query: tuple[tuple[str, QueryValue], ...],
    headers: dict[str, str],
    rest: tuple[bytes, int, str, str],
) -> None:
    body, at, access_key, secret_key = rest
    sent = {"Host": "koomessage.example", "Content-Type": "application/json", **headers}
    request = Request(method, path, query, sent, body, float(at))
    keys = KeyPair(access_key, secret_key)
    theirs = official(request, keys)
    assert sign(request, keys)["Authorization"] == theirs["authorization"]
    line = canonical_query(query)
    assert theirs["uri"] == (f"{path}?{line}" if line else path)


@given(body=st.text(max_size=200), token=TOKENS, at=TIMES)
def test_a_security_token_is_sent_and_signed(body: str, token: str, at: int) -> None:
    headers = {"Host": "h", "Content-Type": "application/json"}
    request = Request("POST", "/v1/x", (), headers, body.encode(), float(at))
    ours = sign(request, KeyPair("ak", "sk", token))
    assert ours["X-Security-Token"] == token
    with_token = Request(
        "POST", "/v1/x", (), {**headers, "X-Security-Token": token}, body.encode(), float(at)
    )
    assert ours["Authorization"] == official(with_token, KeyPair("ak", "sk"))["authorization"]


def test_a_key_pair_does_not_show_its_secret() -> None:
    shown = repr(KeyPair("access", "very-secret", "token-secret"))
    assert "secret" not in shown.replace("secret_key", "")
    assert "access" in shown
