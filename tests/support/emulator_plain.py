"""A plain client of an emulator: what comes off the socket, byte for byte, and nothing more."""

import json
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from tests.support.emulator_process import ACCESS_KEY, SECRET_KEY

AIM = "/v1/aim/send-tasks"
BASIC = "/v1/aim-basic/send-tasks"
FAULTS = "/_emulator/faults"

_TIMEOUT_S = 120
_READ = 65_536


@dataclass(frozen=True, slots=True)
class Wire:
    """Hold all that came back on one connection; `was_reset` when it ended without an end."""

    received: bytes
    was_reset: bool

    @property
    def status(self) -> int:
        """Return the status."""
        return int(self.received.split(b" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers, names in lower case."""
        lines = self.received.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines)
        return {name.lower(): value.strip() for name, _, value in pairs}

    @property
    def body(self) -> bytes:
        """Return as much of the body as came."""
        return self.received.partition(b"\r\n\r\n")[2]

    @property
    def json(self) -> Any:  # noqa: ANN401 -- an answer may be anything
        """Return the body decoded."""
        return json.loads(self.body)


def signed(url: str, call: tuple[str, str], body: bytes = b"") -> bytes:
    """Return a whole request (method, target), signed by the official signer."""
    method, target = call
    where = urlsplit(url).netloc
    path, _, query = target.partition("?")
    pairs = [tuple(pair.split("=", 1)) for pair in query.split("&")] if query else []
    headers = {"Host": where, "Content-Type": "application/json"}
    request = SdkRequest(method, "http", where, path, path, pairs, headers, body)
    Signer(BasicCredentials(ACCESS_KEY, SECRET_KEY, "p")).sign(request)
    return _request((method, target), request.header_params, body)


def exchange(url: str, request: bytes) -> Wire:
    """Send one request and read until the connection ends."""
    where = urlsplit(url)
    received = bytearray()
    address = (where.hostname or "", where.port or 0)
    with socket.create_connection(address, timeout=_TIMEOUT_S) as connection:
        connection.sendall(request)
        try:
            while block := connection.recv(_READ):
                received += block
        except ConnectionResetError:
            return Wire(bytes(received), was_reset=True)
    return Wire(bytes(received), was_reset=False)


def abandon(url: str, part: bytes, *, is_reset: bool) -> None:
    """Send a part of a request and go away, in good order or with a reset."""
    where = urlsplit(url)
    with socket.create_connection(
        (where.hostname or "", where.port or 0), timeout=_TIMEOUT_S
    ) as connection:
        connection.sendall(part)
        if is_reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def ask(url: str, call: tuple[str, str], body: bytes = b"") -> Wire:
    """Send a signed call."""
    return exchange(url, signed(url, call, body))


def own(url: str, call: tuple[str, str], body: bytes = b"") -> Wire:
    """Call one of the emulator's own addresses, which ask for no signature."""
    return exchange(url, _request(call, {"Host": urlsplit(url).netloc}, body))


def card_body(name: str, numbers: Sequence[str]) -> bytes:
    """Return a send of the default world's card without parameters."""
    params = [{"cust_flag": number, "sms_params": ["张三", "128"]} for number in numbers]
    channel = {
        "channel_number": "10690000001",
        "sms_tpl_id": "15010661",
        "sms_sign": "云商城",
        "sms_app_name": "member-app",
    }
    resolve = {
        "tpl_id": "700000002",
        "resolve_times": 1,
        "aim_code_type": "individual",
        "expiration_time": 7,
        "params": params,
    }
    body = {"task_name": name, "sms_channel": channel, "resolve_task": resolve}
    return json.dumps(body, ensure_ascii=False).encode()


def video_body(name: str, numbers: Sequence[str]) -> bytes:
    """Return a send of the default world's static video message."""
    body = {"task_name": name, "tpl_id": "600000002", "mobiles": list(numbers)}
    return json.dumps(body).encode()


def _request(call: tuple[str, str], headers: Mapping[str, str], body: bytes) -> bytes:
    method, target = call
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if "Content-Length" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    lines += ["Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body
