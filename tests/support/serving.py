"""What tests of `koosend serve` share: waiting until it listens, and pushing to it."""

import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

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


def post(url: str, body: bytes) -> int:
    """Push a body; return the status of the answer."""
    request = urllib.request.Request(url, data=body, method="POST")  # noqa: S310 -- this machine
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310 -- as above
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
