"""`koosend serve`."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack
from urllib.parse import urlsplit

import click
from msgspec.structs import replace

from pipeline.cli.terminal.output import asked_secret, say, say_first, state_option
from pipeline.core.errors import Exit, UsageError
from pipeline.language import Words, filled
from pipeline.ports.page import Role
from pipeline.runner.commands.serve import Served, Service
from pipeline.runner.commands.serve import serve as serve_until_told
from pipeline.runner.door.exposure import exposed
from pipeline.runner.page.users import Change, remove_user, set_password
from pipeline.runner.session.marks import marks_here
from pipeline.runner.session.outside import SystemClock, who_says
from pipeline.runner.session.place import state_folder
from pipeline.settings import Campaign, Receipts, load_campaign
from pipeline.settings.keys import Metrics
from pipeline.settings.receipts import place_of

_LISTEN = "127.0.0.1:8090"
_PAGE = "127.0.0.1:8091"
_METRICS = "127.0.0.1:9464"


class _Asked(TypedDict):
    """The options of `serve`, as click hands them over."""

    listen: str | None
    page: str
    page_url: str
    no_page: bool
    metrics: str | None
    set_password: str | None
    role: str | None
    remove_user: str | None
    state: Path | None


@click.command(
    epilog="Example:  koosend serve campaign.toml\n\nWho may sign in to the page:  koosend serve "
    "campaign.toml --set-password li --role operator\n\nOne service for each state folder; runs "
    "may come and go meanwhile. It ends with 0 when it is told to stop."
)
@click.argument("named", metavar="[CAMPAIGN|FOLDER]...", nargs=-1, type=click.Path())
@click.option("--listen", help=f"Where receipts come. Default: receipts.listen, or {_LISTEN}.")
@click.option("--page", default=_PAGE, show_default=True, help="Where the page is.")
@click.option("--page-url", default="", help="How browsers name it behind a proxy: https://...")
@click.option("--no-page", is_flag=True, help="Show no page.")
@click.option("--metrics", help="Where /metrics is answered. Default: metrics.listen, or nowhere.")
@click.option("--set-password", metavar="NAME", help="Let NAME sign in; ask for the password.")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), help="Of NAME. Default: viewer."
)
@click.option("--remove-user", metavar="NAME", help="Let NAME sign in no more.")
@state_option
def serve(named: tuple[str, ...], **asked: Unpack[_Asked]) -> int:
    """Take the receipts of the first state folder at all hours, and show the page of them all.

    Each is named by a CAMPAIGN file or by itself. Without any the folder is --state or
    $KOOSEND_STATE, and the secret part of the receipts' address stands in $KOOSEND_RECEIPTS_TOKEN.
    """
    clock = SystemClock()
    found = _folders(named, state_folder(asked["state"], os.environ), clock.now())
    first = found[0]
    if asked["set_password"] or asked["remove_user"]:
        return _change_users(first.state, asked, Change(who_says(os.environ), clock.now()))
    if asked["role"]:
        raise UsageError(Words("--role goes with --set-password NAME"), "KS0206")
    loaded = first.campaigns[0] if first.campaigns else None
    service = Service(
        state=first.state,
        receipts=_receipts(loaded, asked["listen"]),
        where=str(loaded.file) if loaded else Words("the default"),
        page=None if asked["no_page"] else _page(asked["page"]),
        campaign=loaded,
        metrics=_metrics(loaded, asked["metrics"]),
        shown=tuple((folder.state, tuple(folder.campaigns)) for folder in found),
        public_url=_public_url(asked["page_url"]),
    )
    say_first(*(marks_here(one) for folder in found for one in folder.campaigns), err=True)
    said = exposed(service.receipts, "--listen" if asked["listen"] else "receipts.listen")
    if said:
        say(said, err=True)
    serve_until_told(service, clock, _say)
    return Exit.OK


@dataclass(frozen=True, slots=True)
class _Folder:
    state: Path
    campaigns: Sequence[Campaign]


def _folders(named: Sequence[str], given: Path | None, now: float) -> list[_Folder]:
    """Return the state folders in the order of their naming; given is that of the first."""
    owned: dict[Path, list[Campaign]] = {}
    for state, campaign in _named(named, given, now):
        campaigns = owned.setdefault(state.absolute(), [])
        if campaign is not None:
            campaigns.append(campaign)
    if not owned:
        raise UsageError(
            Words("name a campaign file, or the state folder with --state DIR"), "KS0207"
        )
    return [_Folder(state, campaigns) for state, campaigns in owned.items()]


def _named(
    named: Sequence[str], given: Path | None, now: float
) -> Iterator[tuple[Path, Campaign | None]]:
    if not named and given is not None:
        yield given, None
    for at, text in enumerate(named):
        if Path(text).is_dir():
            yield Path(text), None
            continue
        campaign = load_campaign(Path(text), now)
        yield (given if given is not None and at == 0 else campaign.state), campaign


def _change_users(state: Path, asked: _Asked, change: Change) -> int:
    if asked["remove_user"]:
        name = asked["remove_user"]
        remove_user(state, name, change)
        say(filled("{name} may sign in no more", name=name))
        return Exit.OK
    name = asked["set_password"] or ""
    role = Role(asked["role"]) if asked["role"] else None
    password = asked_secret(filled("Password of {name}", name=name))
    user = set_password(state, name, password, role, change)
    say(
        filled(
            "{name} may sign in to the page of {state} as {role}",
            name=user.name,
            state=state,
            role=user.role,
        )
    )
    return Exit.OK


def _receipts(loaded: Campaign | None, listen: str | None) -> Receipts:
    named = loaded.receipts if loaded else None
    if listen is None and named is not None:
        return named
    listen = listen or _LISTEN
    _place(listen, "--listen", _LISTEN)
    return Receipts(listen) if named is None else replace(named, listen=listen)


def _metrics(loaded: Campaign | None, listen: str | None) -> Metrics | None:
    named = loaded.metrics if loaded else None
    if listen is None:
        return named
    _place(listen, "--metrics", _METRICS)
    return replace(named or Metrics(), listen=listen)


def _place(text: str, option: str, example: str) -> tuple[str, int]:
    place = place_of(text)
    if place is None:
        raise UsageError(
            filled(
                '{option} {words} is no address; write it as "{example}"',
                option=option,
                words=text,
                example=example,
            ),
            "KS0203",
        )
    return place


def _page(text: str) -> tuple[str, int]:
    place = _place(text, "--page", _PAGE)
    if place[0] not in {"127.0.0.1", "::1", "localhost"}:
        raise UsageError(
            Words(
                "--page stays on this machine: use 127.0.0.1, and ssh -L from elsewhere or a proxy "
                "with --page-url"
            ),
            "KS0227",
        )
    return place


def _public_url(text: str) -> str:
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        whole = parts.scheme == "https" and parts.hostname and not (parts.path or parts.query)
        bare = bool(whole) and parts.username is None and (parts.port or True)
    except ValueError:
        bare = False
    if url and not bare:
        raise UsageError(
            Words('--page-url takes https:// and a host, such as "https://koosend.example.com"'),
            "KS0203",
        )
    return url


def _say(served: Served) -> None:
    say(filled("receipts come to {receipts}", receipts=served.receipts), err=True)
    if served.metrics:
        say(filled("metrics: {address}", address=served.metrics), err=True)
    if served.page_file is None:
        return
    if sys.stderr.isatty():
        say(filled("page: {page}", page=served.page), err=True)
        address = served.page_file.read_text(encoding="utf-8").strip()
        say(filled("to look only: {address}", address=address), err=True)
    else:
        # A service's output is kept by somebody else: the secret stays in the file.
        say(
            filled(
                "page: {page} (to look only: the address in {file})",
                page=served.page,
                file=served.page_file,
            ),
            err=True,
        )
