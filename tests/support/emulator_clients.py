"""Every way the official SDK may call: its two clients, each with keys and with a token."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkkoomessage.v1 import model as models

from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY
from tests.support.emulator_sdk import PROJECT, Sdk, sdk_client

USER, DOMAIN, PROJECT_NAME = "emulator-user", "emulator-domain", "cn-north-4"
USER_PASSWORD = "emulator-password"  # noqa: S105 -- the emulator's published default, no secret
WAYS = ("sync keys", "async keys", "sync token", "async token")

# The documents' example of ListMenus has it, their table and the SDK's model do not.
ONLY_IN_EXAMPLES = frozenset((".data.data[].menu_name",))

_JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "float": (int, float),
    "datetime": (str,),
    "object": (object,),
}


class TokenCredentials(BasicCredentials):  # type: ignore[misc] # the SDK ships no types
    """Send a token instead of a signature; the SDK itself has no such credentials."""

    def __init__(self, token: str) -> None:
        super().__init__(ACCESS_KEY, SECRET_KEY, PROJECT)
        self._token = token

    def sign_request(self, request: Sdk) -> Sdk:
        """Let the signer finish the address, then put the token where its signature was."""
        signed = super().sign_request(request)
        for name in ("Authorization", "X-Sdk-Date"):
            signed.header_params.pop(name, None)
        signed.header_params["X-Auth-Token"] = self._token
        return signed


@dataclass(frozen=True, slots=True)
class Caller:
    """Call an operation by its name in one of the four ways."""

    client: Sdk
    is_async: bool

    def __call__(self, name: str, request: Sdk) -> Sdk:
        """Return the answer, read by the SDK's model and found to hold what the model names."""
        if self.is_async:
            answer = getattr(self.client, f"{name}_async")(request).result()
        else:
            answer = getattr(self.client, name)(request)
        found = list(misfits(json.loads(answer.raw_content), type(answer).__name__))
        assert not found, found
        return answer


def caller(url: str, way: str) -> Caller:
    """Return a caller for one of WAYS."""
    kind, _, credentials = way.partition(" ")
    client = sdk_client(url, is_async=kind == "async")
    if credentials == "token":
        client.with_credentials(TokenCredentials(token_of(url)))
    return Caller(client, kind == "async")


def password_auth(scope: Mapping[str, object] | None = None, **user: object) -> dict[str, Any]:
    """Return a request for a token; what `user` says replaces the emulator's own user."""
    who = {"name": USER, "password": USER_PASSWORD, "domain": {"name": DOMAIN}, **user}
    identity = {"methods": ["password"], "password": {"user": who}}
    chosen = {"project": {"name": PROJECT_NAME}} if scope is None else scope
    return {"auth": {"identity": identity, "scope": chosen}}


def ask_for_token(url: str, body: object) -> tuple[int, str, dict[str, Any]]:
    """Return the status, the token in the header and the body of IAM's answer."""
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=240)
    try:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request("POST", "/v3/auth/tokens", sent, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        token = answer.headers.get("X-Subject-Token", "")
        return answer.status, token, json.loads(answer.read())
    finally:
        connection.close()


def token_of(url: str) -> str:
    """Return a token for the emulator's project."""
    status, token, body = ask_for_token(url, password_auth())
    assert status == 201, body
    return token


def misfits(raw: object, kind: str, path: str = "") -> Iterator[str]:
    """Tell where raw JSON holds what the SDK's model does not name, or another type than it names.

    None fits everything: the documents' own examples have it in strings and numbers.
    """
    if raw is None:
        return
    if kind.startswith("list["):
        yield from _list_misfits(raw, kind[5:-1], path)
    elif kind.startswith("dict("):
        yield from () if isinstance(raw, dict) else (f"{path}: {kind}",)
    elif kind in _JSON_TYPES:
        is_wrong_bool = isinstance(raw, bool) and kind not in ("bool", "object")
        if is_wrong_bool or not isinstance(raw, _JSON_TYPES[kind]):
            yield f"{path}: {kind}"
    else:
        yield from _model_misfits(raw, getattr(models, kind), path)


def _list_misfits(raw: object, kind: str, path: str) -> Iterator[str]:
    if not isinstance(raw, list):
        yield f"{path}: list"
        return
    for item in raw:
        yield from misfits(item, kind, f"{path}[]")


def _model_misfits(raw: object, model: Sdk, path: str) -> Iterator[str]:
    if not isinstance(raw, dict):
        yield f"{path}: {model.__name__}"
        return
    kinds = {key: model.openapi_types[name] for name, key in model.attribute_map.items()}
    for key, value in raw.items():
        if f"{path}.{key}" in ONLY_IN_EXAMPLES:
            continue
        if key in kinds:
            yield from misfits(value, kinds[key], f"{path}.{key}")
        else:
            yield f"{path}.{key}: unknown"


Call = Callable[[str, Sdk], Sdk]
