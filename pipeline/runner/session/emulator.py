"""The embedded emulator: a child process that ends with its parent, however that dies."""

import json
import os
import selectors
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pipeline.children import start
from pipeline.core.errors import ProviderUnavailable
from pipeline.language import Words
from pipeline.settings import Campaign

ACCESS_KEY = "emulator-ak"
SECRET_KEY = "emulator-sk"  # noqa: S105 -- the emulator's published default, no secret
USER, DOMAIN, PROJECT = "emulator-user", "emulator-domain", "cn-north-4"
PASSWORD = "emulator-password"  # noqa: S105 -- the emulator's published default, no secret

_READY_S_MAX = 30.0
_END_S_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator. journal is the file of every message it took."""

    url: str
    journal: Path


@contextmanager
def emulator(campaign: Campaign) -> Iterator[Emulator]:
    """Run the emulator beside us; it goes on from its journal in the state folder.

    Raises ProviderUnavailable when it does not come up.
    """
    journal = Path(campaign.emulator.journal or campaign.state / "emulator" / "journal.jsonl")
    journal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    child = start("pipeline.emulator", _arguments(campaign, journal))
    try:
        yield Emulator(_url(child), journal)
    finally:
        _end(child)


def _arguments(campaign: Campaign, journal: Path) -> list[str]:
    world = campaign.emulator
    arguments = ["--port", "0", "--parent-pid", str(os.getpid()), "--journal", str(journal)]
    arguments += ["--seed", str(world.seed), "--rate", str(world.rate)]
    asked = {
        "--world": world.world,
        "--faults": world.faults,
        "--link-lifetime-s": world.link_lifetime_s,
        "--report-timeout-s": world.report_timeout_s,
    }
    given = {name: str(value) for name, value in asked.items() if value}
    return [*arguments, *chain.from_iterable(given.items())]


def _url(child: subprocess.Popen[bytes]) -> str:
    assert child.stdout is not None  # noqa: S101 -- asked for above
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdout, selectors.EVENT_READ)
        line = child.stdout.readline() if ready.select(_READY_S_MAX) else b""
    try:
        return str(json.loads(line)["url"])
    except (ValueError, KeyError, TypeError):
        raise ProviderUnavailable(
            Words(
                "the embedded emulator did not start; its own words stand above. A state folder "
                "has one emulator: where another campaign runs in it, wait for that one, or set "
                "another campaign.state"
            ),
            "KS6907",
        ) from None


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(_END_S_MAX)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child.stdout is not None:
        child.stdout.close()
