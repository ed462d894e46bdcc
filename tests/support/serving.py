"""What tests of `koosend serve` share: waiting until it listens, and pushing to it."""

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.command import Desk

WAIT_S = 120


def waited_for(path: Path, process: "subprocess.Popen[bytes]") -> str:
    """Wait for a file with something in it, which that process makes."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if path.exists() and (text := path.read_text(encoding="utf-8").strip()):
            return text
        assert process.poll() is None, f"koosend serve ended with {process.poll()}"
        time.sleep(0.05)  # another process makes it
    raise AssertionError(f"{path.name} never came")


@contextmanager
def receipts_place(desk: Desk, env: Mapping[str, str]) -> Iterator[str]:
    """Serve a desk's receipts beside the test, without a page; yield where they come."""
    with desk.started("serve", desk.campaign, "--no-page", env=env) as process:
        yield json.loads(waited_for(desk.folder / "state" / "serve.lock", process))["place"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0


def post(url: str, body: bytes) -> int:
    """Push a body; return the status of the answer."""
    request = urllib.request.Request(url, data=body, method="POST")  # noqa: S310 -- this machine
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310 -- as above
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
