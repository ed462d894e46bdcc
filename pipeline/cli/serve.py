"""`koosend serve`."""

import os
import sys
from pathlib import Path
from typing import TypedDict, Unpack

import click
from msgspec.structs import replace

from pipeline.cli.terminal.output import say, say_first, state_option
from pipeline.core.errors import Exit, UsageError
from pipeline.language import Words, filled
from pipeline.runner.commands.serve import Served, Service
from pipeline.runner.commands.serve import serve as serve_until_told
from pipeline.runner.door.exposure import exposed
from pipeline.runner.session.marks import marks_here
from pipeline.runner.session.outside import SystemClock
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
    no_page: bool
    metrics: str | None
    state: Path | None


@click.command(
    epilog="Example:  koosend serve campaign.toml\n\nOne service for each state folder; runs may "
    "come and go meanwhile. It ends with 0 when it is told to stop."
)
@click.argument("campaign", type=click.Path(dir_okay=False), required=False)
@click.option("--listen", help=f"Where receipts come. Default: receipts.listen, or {_LISTEN}.")
@click.option("--page", default=_PAGE, show_default=True, help="Where the status page is.")
@click.option("--no-page", is_flag=True, help="Show no page.")
@click.option("--metrics", help="Where /metrics is answered. Default: metrics.listen, or nowhere.")
@state_option
def serve(campaign: str | None, **asked: Unpack[_Asked]) -> int:
    """Take the receipts of CAMPAIGN's state folder at all hours, and show a status page.

    Without CAMPAIGN the folder is --state or $KOOSEND_STATE, and the secret part of the receipts'
    address stands in $KOOSEND_RECEIPTS_TOKEN.
    """
    clock = SystemClock()
    loaded = load_campaign(Path(campaign), clock.now()) if campaign else None
    folder = state_folder(asked["state"], os.environ) or (loaded.state if loaded else None)
    if folder is None:
        raise UsageError(
            Words("name a campaign file, or the state folder with --state DIR"), "KS0207"
        )
    service = Service(
        state=folder,
        receipts=_receipts(loaded, asked["listen"]),
        where=str(loaded.file) if loaded else Words("the default"),
        page=None if asked["no_page"] else _page(asked["page"]),
        campaign=loaded,
        metrics=_metrics(loaded, asked["metrics"]),
    )
    if loaded is not None:
        say_first(marks_here(loaded), err=True)
    said = exposed(service.receipts, "--listen" if asked["listen"] else "receipts.listen")
    if said:
        say(said, err=True)
    serve_until_told(service, clock, _say)
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
            Words("--page stays on this machine: use 127.0.0.1, and ssh -L from elsewhere"),
            "KS0227",
        )
    return place


def _say(served: Served) -> None:
    say(filled("receipts come to {receipts}", receipts=served.receipts), err=True)
    if served.metrics:
        say(filled("metrics: {address}", address=served.metrics), err=True)
    if served.page_file is None:
        return
    if sys.stderr.isatty():
        say(
            filled(
                "status page: {read_text}",
                read_text=served.page_file.read_text(encoding="utf-8").strip(),
            ),
            err=True,
        )
    else:
        # A service's output is kept by somebody else: the secret stays in the file.
        say(
            filled(
                "status page: {page} (its address with the token: {page_file})",
                page=served.page,
                page_file=served.page_file,
            ),
            err=True,
        )
