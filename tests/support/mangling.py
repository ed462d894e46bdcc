"""Spoil an answer's bytes as wires, proxies and servers with faults do: any way, by a seed."""

import json
import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from tests.support.raw_server import response

DEEP = 100_000
ODD: tuple[object, ...] = (
    *(None, True, False, 0, -1, 5.5, 10**30, -(10**30), 1e300, 2**63, 2**64),
    *("", "x", "0", "-1", "000000", "Failed", "Success", "9" * 25, "\u0000", "任务", "x" * 70_000),
    *([], {}, [None], [[]], [1, "x"], {"a": 1}, [{}] * 300),
)
STATUSES = (
    *("200 OK",) * 30,
    *("201 Created", "204 No Content", "206 Partial Content", "301 Moved", "304 Not Modified"),
    *("400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "409 Conflict"),
    *("429 Too Many", "500 Oops", "502 Bad Gateway", "503 Busy", "504 Timeout", "999 What"),
)
_OTHER_STATUSES = tuple(dict.fromkeys(STATUSES))[1:]
HEADERS = (
    *("", "", "", "", "Retry-After: 1e9", "Retry-After: -5", "Retry-After: soon"),
    *("Content-Encoding: gzip", "Content-Type: text/html", "X-Odd: \x01\xff", "Connection: close"),
)
CODES = ("APIGW.0308", "APIGW.0301", "KM.00001128", "KM.80000001", "KM.90016301", "")


def mangled(body: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Return a whole answer, head and body, in which at least one thing is not as it was."""
    if chance.random() < 0.8:
        spoilt = _of_tree(chance.choice(_TREE), body, chance)
    else:
        spoilt = chance.choice(_BYTES)(body, chance)
    if chance.random() < 0.05:
        spoilt = chance.choice(others)  # the answer to another question
    elif chance.random() < 0.1:
        # Beside a task's id an error's code proves nothing; here it stands alone.
        spoilt = json.dumps({"error_code": chance.choice(CODES), "error_msg": "x"}).encode()
        return _headed(spoilt, chance, _OTHER_STATUSES)
    return _headed(spoilt, chance)


def _headed(body: bytes, chance: random.Random, statuses: Sequence[str] = STATUSES) -> bytes:
    extra = [header for header in (chance.choice(HEADERS),) if header]
    whole = response(body, chance.choice(statuses), *extra)
    match chance.randrange(20):
        case 0:  # it breaks off
            return whole[: chance.randrange(len(whole))]
        case 1:  # its length is another
            return whole.replace(b"Content-Length: ", b"Content-Length: 1", 1)
        case 2:
            return whole.replace(b"Content-Length", b"Transfer-Encoding: chunked\r\nX", 1)
        case _:
            return whole


def _of_tree(spoil: Callable[..., object], body: bytes, chance: random.Random) -> bytes:
    try:
        tree = json.loads(body)
    except ValueError:
        return body
    return json.dumps(spoil(tree, chance)).encode()


def _places(tree: object) -> list[tuple[Any, Any]]:
    """List every place of a tree: what holds it, and by which key."""
    found: list[tuple[Any, Any]] = []
    todo: list[Any] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, dict | list):
            keys = list(node) if isinstance(node, dict) else range(len(node))
            found += [(node, key) for key in keys]
            todo += [node[key] for key in keys]
    return found


def _replace(tree: object, chance: random.Random) -> object:
    places = _places(tree)
    if not places:
        return deepcopy(chance.choice(ODD))
    node, key = chance.choice(places)
    node[key] = deepcopy(chance.choice(ODD))
    return tree


def _replace_many(tree: object, chance: random.Random) -> object:
    for _ in range(chance.randrange(2, 6)):
        tree = _replace(tree, chance) if isinstance(tree, dict | list) else tree
    return tree


def _leave_out(tree: object, chance: random.Random) -> object:
    places = _places(tree)
    if places:
        node, key = chance.choice(places)
        del node[key]
    return tree


def _repeat(tree: object, chance: random.Random) -> object:
    lists = [node[key] for node, key in _places(tree) if isinstance(node[key], list)]
    if lists:
        rows = chance.choice(lists)
        rows.extend(rows * chance.choice((1, 30, 99)))
    return tree


def _complain(tree: object, chance: random.Random) -> object:
    code = {"error_code": chance.choice(CODES), "error_msg": chance.choice(ODD)}
    return {**tree, **code} if isinstance(tree, dict) and chance.random() < 0.5 else code


def _wrap(tree: object, chance: random.Random) -> object:
    return chance.choice(([tree], {"data": tree}, {"result": tree}, [tree, tree], str(tree)))


_TREE: tuple[Callable[[object, random.Random], object], ...] = (
    *(_replace, _replace, _replace_many, _leave_out, _repeat, _complain, _wrap),
)


def _flip(body: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(body)
    for _ in range(chance.randrange(1, 9)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def _cut(body: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(body))
    end = chance.randrange(begin, len(body)) + 1
    return chance.choice((body[:begin], body[end:], body[:begin] + body[end:], body[begin:end]))


def _stutter(body: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(body))
    end = min(len(body), begin + chance.randrange(1, 200))
    return body[:end] + body[begin:end] * chance.randrange(1, 5) + body[end:]


def _foreign(body: bytes, chance: random.Random) -> bytes:
    text = body.decode(errors="replace")
    return chance.choice(
        (
            b"",
            b"null",
            b"<html><body>502</body></html>",
            b"\xef\xbb\xbf" + body,
            b"[" * DEEP,
            b'{"data":' * DEEP,
            body + body,
            text.encode("utf-16"),
            text.encode("gb18030", "replace"),
            b'"\\ud800"',
            b'{"task_id":NaN}',
            b'{"task_id":"a","task_id":"b"}',
            chance.randbytes(300),
        )
    )


_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (_flip, _cut, _stutter, _foreign)
