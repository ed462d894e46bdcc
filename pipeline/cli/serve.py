"""`koosend serve`."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click
from msgspec.structs import replace

from pipeline.cli.terminal.output import asked_secret, say, say_first, state_option
from pipeline.core.errors import Exit, UsageError
from pipeline.ports.page import Role
from pipeline.runner.commands.serve import Served, Service
from pipeline.runner.commands.serve import serve as serve_until_told
from pipeline.runner.door.exposure import exposed
from pipeline.runner.page.users import Change, remove_user, set_password
from pipeline.runner.session.marks import marks_here
from pipeline.runner.session.outside import SystemClock, who_says
from pipeline.runner.session.place import state_folder
from pipeline.settings import Campaign, Receipts, load_campaign
from pipeline.settings.receipts import place_of

_LISTEN = "127.0.0.1:8090"
_PAGE = "127.0.0.1:8091"


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
@click.option("--set-password", metavar="NAME", help="Let NAME sign in; ask for the password.")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), help="Of NAME. Default: viewer."
)
@click.option("--remove-user", metavar="NAME", help="Let NAME sign in no more.")
@state_option
def serve(named: tuple[str, ...], *, state: Path | None, **given: str | bool | None) -> int:
    """Take the receipts of the first state folder at all hours, and show the page of them all.

    Each is named by a CAMPAIGN file or by itself. Without any the folder is --state or
    $KOOSEND_STATE, and the secret part of the receipts' address stands in $KOOSEND_RECEIPTS_TOKEN.
    """
    clock = SystemClock()
    found = _folders(named, state_folder(state, os.environ), clock.now())
    first = found[0]
    if given["set_password"] or given["remove_user"]:
        return _change_users(first.state, given, Change(who_says(os.environ), clock.now()))
    if given["role"]:
        raise UsageError("--role goes with --set-password NAME")
    loaded = first.campaigns[0] if first.campaigns else None
    listen = given["listen"] and str(given["listen"])
    service = Service(
        state=first.state,
        receipts=_receipts(loaded, listen or None),
        where=str(loaded.file) if loaded else "the default",
        page=None if given["no_page"] else _page(str(given["page"])),
        campaign=loaded,
        shown=tuple((folder.state, tuple(folder.campaigns)) for folder in found),
        public_url=_public_url(str(given["page_url"])),
    )
    say_first(*(marks_here(one) for folder in found for one in folder.campaigns), err=True)
    said = exposed(service.receipts, "--listen" if listen else "receipts.listen")
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
        raise UsageError("name a campaign file, or the state folder with --state DIR")
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


def _change_users(state: Path, given: dict[str, str | bool | None], change: Change) -> int:
    if given["remove_user"]:
        name = str(given["remove_user"])
        remove_user(state, name, change)
        say(f"{name} may sign in no more")
        return Exit.OK
    name = str(given["set_password"])
    role = Role(str(given["role"])) if given["role"] else None
    user = set_password(state, name, asked_secret(f"Password of {name}"), role, change)
    say(f"{user.name} may sign in to the page of {state} as {user.role}")
    return Exit.OK


def _receipts(loaded: Campaign | None, listen: str | None) -> Receipts:
    named = loaded.receipts if loaded else None
    if listen is None and named is not None:
        return named
    listen = listen or _LISTEN
    _place(listen, "--listen", _LISTEN)
    return Receipts(listen) if named is None else replace(named, listen=listen)


def _place(text: str, option: str, example: str) -> tuple[str, int]:
    place = place_of(text)
    if place is None:
        raise UsageError(f'{option} {text} is no address; write it as "{example}"')
    return place


def _page(text: str) -> tuple[str, int]:
    place = _place(text, "--page", _PAGE)
    if place[0] not in {"127.0.0.1", "::1", "localhost"}:
        raise UsageError(
            "--page stays on this machine: use 127.0.0.1, and ssh -L from elsewhere or a proxy "
            "with --page-url"
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
            '--page-url takes https:// and a host, such as "https://koosend.example.com"'
        )
    return url


def _say(served: Served) -> None:
    say(f"receipts come to {served.receipts}", err=True)
    if served.page_file is None:
        return
    if sys.stderr.isatty():
        say(f"page: {served.page}", err=True)
        say(f"to look only: {served.page_file.read_text(encoding='utf-8').strip()}", err=True)
    else:
        # A service's output is kept by somebody else: the secret stays in the file.
        say(f"page: {served.page} (to look only: the address in {served.page_file})", err=True)
