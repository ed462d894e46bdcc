"""Call the dead-man's switch of a campaign's people, who learn by its silence what is off."""

import asyncio
import contextlib

import aiohttp

_LIMIT_S = 10.0
_TRIES = 3
_GOOD = range(200, 300)


def beat(url: str) -> str:
    """Call an address within a bound; say why it was not heard, empty where it was.

    Calling it again does no harm, so that it is tried three times. Never raises, and never shows
    the address: whoever knows it can say that a night was good.
    """
    return asyncio.run(_beaten(url))


async def _beaten(url: str) -> str:
    why = ""
    timeout = aiohttp.ClientTimeout(total=_LIMIT_S)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
        for _ in range(_TRIES):
            why = "nobody answered in time"
            with contextlib.suppress(TimeoutError):
                why = await _called(session, url)
            if not why:
                break
    return why


async def _called(session: aiohttp.ClientSession, url: str) -> str:
    try:
        async with session.get(url, allow_redirects=False) as answer:
            return "" if answer.status in _GOOD else f"the answer was {answer.status}"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return f"the call failed ({type(error).__name__})"
