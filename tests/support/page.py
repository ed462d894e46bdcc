"""The page over real HTTP: its own store and ledgers, users who sign in, and what they send."""

import asyncio
import re
import tempfile
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from pipeline.ledger.page.page_store import SqlitePageStore
from pipeline.ports import Clock
from pipeline.ports.page import PageUser, Role
from pipeline.runner.page.page_desk import PageDesk
from pipeline.runner.page.receiving import Heard
from pipeline.runner.page.state_folders import Folder
from pipeline.web.listener import serve_app
from pipeline.web.page.app import page_app
from pipeline.web.page.guard import Handler
from pipeline.web.page.passwords import kept
from pipeline.web.page.room import Parts
from pipeline.web.page.shown import Desk
from tests.support.fakes import ManualClock

TOKEN = "t" * 32
PASSWORD = "correct horse battery"  # noqa: S105 -- of nobody
SECRET = kept(PASSWORD)
OPERATOR, VIEWER = "li", "wang"

_FORM = re.compile(r'name="form" value="([0-9a-f]+)"')


@dataclass(slots=True)
class Reader:
    """Somebody with a browser: it keeps cookies, and forms bring back what they were given."""

    session: aiohttp.ClientSession
    base: str
    form: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    async def get(self, path: str, /, **headers: str) -> tuple[int, str]:
        """Ask for a page; return its status and text."""
        async with self.session.get(
            self.base + path, headers={**self.headers, **headers}, allow_redirects=False
        ) as answer:
            text = await answer.text()
            found = _FORM.search(text)
            if found:
                self.form = found[1]
            return answer.status, text

    async def post(
        self, path: str, given: Mapping[str, object] | None = None, /, **headers: str
    ) -> tuple[int, str]:
        """Send a form as this reader's page would; return the status and text of the answer."""
        data = {"form": self.form, **(given or {})}
        async with self.session.post(
            self.base + path,
            data=[(name, str(one)) for name, all_of in data.items() for one in _each(all_of)],
            headers={**self.headers, **headers},
            allow_redirects=False,
        ) as answer:
            where = answer.headers.get("Location", "")
            return answer.status, where or await answer.text()

    async def sign_in(self, name: str, password: str = PASSWORD) -> int:
        """Sign in, and look at the first page."""
        status, _ = await self.post("/sign-in", {"name": name, "password": password, "back": "/"})
        await self.get("/")
        return status


def _each(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


@dataclass(slots=True)
class PageTest:
    """What a test of the page has: where it is, its store, its desk, and what was told."""

    base: str
    store: SqlitePageStore
    desk: Desk
    told: list[tuple[str, dict[str, object]]]

    @asynccontextmanager
    async def reader(self, name: str = "") -> AsyncIterator[Reader]:
        """Open a browser; somebody named is signed in."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            found = Reader(session, self.base)
            if name:
                assert await found.sign_in(name) == 303
            yield found


Script = Callable[[PageTest], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class World:
    """What a page is made of: the state folder of its store, the folders shown, and the rest."""

    folders: Sequence[Folder] = ()
    clock: Clock = field(default_factory=ManualClock)
    public_url: str = ""
    own: Sequence[tuple[str, Handler]] = ()
    heard: Heard = field(default_factory=Heard)
    desk: Desk | None = None


def with_page(script: Script, world: World | None = None, state: Path | None = None) -> None:
    """Serve a page with an operator and a viewer, and play a script against it."""
    world = world or World()

    async def play(folder: Path) -> None:
        told: list[tuple[str, dict[str, object]]] = []
        own = PageDesk(world.folders, world.clock, lambda: world.heard)
        desk = world.desk or own
        with closing(SqlitePageStore(folder)) as store, closing(own):
            store.keep_user(PageUser(OPERATOR, Role.OPERATOR, SECRET))
            store.keep_user(PageUser(VIEWER, Role.VIEWER, SECRET))

            def tell(event: str, /, **fields: object) -> None:
                told.append((event, fields))

            parts = Parts(desk, store, world.clock, tell, TOKEN, world.public_url)
            async with serve_app("127.0.0.1", 0, page_app(parts, world.own), "--page") as at:
                await script(PageTest(f"http://{at}", store, desk, told))

    with tempfile.TemporaryDirectory() as made:
        asyncio.run(play(state or Path(made)))


@contextmanager
def served_page(world: World) -> Iterator[str]:
    """Serve a page beside the test, whose browser has a loop of its own; yield where it is."""
    ready, place, ended = threading.Event(), [""], threading.Event()

    async def script(page: PageTest) -> None:
        place[0] = page.base
        ready.set()
        await asyncio.to_thread(ended.wait)

    server = threading.Thread(target=with_page, args=(script, world))
    server.start()
    try:
        assert ready.wait(60)
        yield place[0]
    finally:
        ended.set()
        server.join()
