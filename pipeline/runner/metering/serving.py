"""What `koosend serve` does for monitoring: answer /metrics, write the text file every while."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import CredentialsRefused
from pipeline.language import filled
from pipeline.ledger import SqliteLedger
from pipeline.metrics import LibraryMissing, exposed
from pipeline.ports import Clock
from pipeline.runner.metering.gathering import LedgerFigures
from pipeline.runner.metering.metered import Teller, folder_samples
from pipeline.settings import Campaign
from pipeline.settings.account import is_loopback
from pipeline.settings.bounds import variable_shown
from pipeline.settings.keys import Metrics
from pipeline.web.access import TOKEN_CHARS_MIN
from pipeline.web.listener import serve_app
from pipeline.web.metrics import MetricsPage

SERVE_WRITE_S = 60.0
_LOOK_S = 5.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What is told of: a state folder, and where its service was started for one, a campaign."""

    metrics: Metrics
    state: Path
    campaign: Campaign | None
    clock: Clock


def metrics_token(metrics: Metrics) -> str:
    """Return the token that a scrape must bear; empty where only this machine can connect.

    Raises CredentialsRefused where others can and the environment holds none that is hard to guess.
    """
    token = os.environ.get(metrics.token_env, "")
    place = metrics.place
    if (place is None or is_loopback(place[0])) and not token:
        return ""
    if len(token) < TOKEN_CHARS_MIN:
        raise CredentialsRefused(
            filled(
                "metrics.listen = {listen} can be reached from elsewhere, and the environment "
                "variable {variable} does not hold a token of {least} characters or more; "
                "openssl rand -hex 16 makes one",
                listen=metrics.listen,
                variable=variable_shown(metrics.token_env),
                least=TOKEN_CHARS_MIN,
            )
        )
    return token


@asynccontextmanager
async def metrics_told(watched: Watched | None, say: Callable[[str], None]) -> AsyncIterator[str]:
    """Tell while the block runs; yield where /metrics is answered, empty for nowhere.

    What keeps it from being told is said in one sentence: receipts are taken all the same. Raises
    CampaignInvalid for an address that is taken.
    """
    if watched is None:
        yield ""
        return
    async with contextlib.AsyncExitStack() as stack:
        if watched.campaign is not None and watched.metrics.textfile:
            await stack.enter_async_context(_written(watched, say))
        place = watched.metrics.place
        if place is None:
            yield ""
            return
        try:
            exposed(())
        except LibraryMissing as missing:
            say(str(missing))
            yield ""
            return
        figures = stack.enter_context(_figures(watched))
        looking = asyncio.Lock()

        async def render() -> bytes:
            async with looking:
                return await asyncio.to_thread(figures.text)

        page = MetricsPage(render, metrics_token(watched.metrics))
        bound = await stack.enter_async_context(serve_app(*place, page.app(), "metrics.listen"))
        yield f"http://{bound}/metrics"


@dataclass(slots=True)
class _Figures:
    """The whole page, looked for not more often than every few seconds."""

    watched: Watched
    runs: LedgerFigures
    last: tuple[float, bytes] | None = None

    def text(self) -> bytes:
        clock = self.watched.clock
        now = clock.monotonic()
        if self.last is None or now - self.last[0] >= _LOOK_S:
            name = self.watched.campaign.name if self.watched.campaign is not None else ""
            found = [*folder_samples(self.watched.state), *self.runs.samples()]
            found += self.runs.receipts(name)
            self.last = (now, exposed(found))
        return self.last[1]


@contextlib.contextmanager
def _figures(watched: Watched) -> Iterator[_Figures]:
    with contextlib.closing(SqliteLedger(watched.state)) as ledger:
        yield _Figures(watched, LedgerFigures(ledger, watched.clock))


@asynccontextmanager
async def _written(watched: Watched, say: Callable[[str], None]) -> AsyncIterator[None]:
    """Write the text file every minute while the block runs."""
    assert watched.campaign is not None  # noqa: S101 -- asked for by the caller
    teller = Teller(watched.campaign, watched.state, watched.clock)

    async def write() -> None:
        said = ""
        while True:
            await asyncio.to_thread(teller.tell)
            if teller.trouble != said:
                said = teller.trouble
                say(said)
            await asyncio.sleep(SERVE_WRITE_S)

    writing = asyncio.create_task(write())
    try:
        yield
    finally:
        writing.cancel()
        await asyncio.wait({writing})
        teller.close()
