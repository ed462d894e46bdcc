"""Let notices leave, each by a process of its own, within a bound that no service can stretch."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from pipeline.children import start
from pipeline.notify.letter import LIMIT_S, Gone, Letter, Sign
from pipeline.ports import NoticeStep

_OF_THE_NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
)
_AT_ONCE = 8
_COURIER = "pipeline.notify.courier"


def network_of(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return what of an environment says how the network is reached."""
    return {name: environ[name] for name in _OF_THE_NETWORK if environ.get(name)}


def let_leave(letters: Sequence[Letter], limit_s: float = LIMIT_S) -> tuple[Gone, ...]:
    """Let letters leave, several at once, and say of each what is known; none takes longer.

    Never raises for what a service, Apprise or its process does.
    """
    if not letters:
        return ()
    with ThreadPoolExecutor(min(len(letters), _AT_ONCE)) as pool:
        return tuple(pool.map(lambda letter: _left(letter, limit_s), letters))


def _left(letter: Letter, limit_s: float) -> Gone:
    given = msgspec.json.encode(msgspec.structs.replace(letter, environ=network_of(os.environ)))
    try:
        process = start(_COURIER, (), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError as error:
        return Gone(NoticeStep.NOT_LEFT, f"no process could be started ({error.strerror})")
    try:
        said, _ = process.communicate(given, timeout=limit_s)
        why = "its process ended"
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
        why = f"it was not done within {limit_s:.0f} s"
    return _judged(_signs(said), why)


def _signs(said: bytes) -> list[Sign]:
    """Read what a process said; what it was killed over is no line."""
    found = []
    for line in said.splitlines():
        try:
            found.append(msgspec.json.decode(line, type=Sign))
        except msgspec.DecodeError:
            break
    return found


def _judged(signs: Sequence[Sign], why: str) -> Gone:
    """Say what is known by the signs alone, where a process did not come to its end."""
    if signs and signs[-1].outcome is not None:
        return Gone(signs[-1].outcome, signs[-1].why)
    begun = any(sign.sending for sign in signs)
    seen = any(sign.watched for sign in signs) and not any(sign.written for sign in signs)
    step = NoticeStep.NOT_LEFT if not begun or seen else NoticeStep.MAY_HAVE_LEFT
    return Gone(step, why)
