"""`koosend receipts register` and `koosend receipts list`."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from pipeline.cli.terminal.output import agreed, json_option, print_json, say, say_first
from pipeline.core.errors import Exit, UsageError
from pipeline.core.model import Channel
from pipeline.language import COLON, Text, Words, filled, joined, listed
from pipeline.ports import ReceiptTopic
from pipeline.runner.commands.receipts import Office, Wish, masked, registered, wishes
from pipeline.runner.commands.receipts import register as register_wishes
from pipeline.runner.session.outside import SystemClock
from pipeline.settings import Campaign, load_campaign

_CONSOLE = frozenset({Channel.AIM, Channel.AIM_LINKS, Channel.SMS})


@click.group(
    epilog="Example:  koosend receipts register campaign.toml --url https://receipts.example.com"
)
def receipts() -> None:
    """Tell KooMessage where receipts are pushed to, and see what it was told."""


@receipts.command(
    epilog="Example:  koosend receipts register campaign.toml --url https://receipts.example.com"
)
@click.argument("campaign", type=click.Path(dir_okay=False))
@click.option("--url", help="Public address of the listener. Default: receipts.public_url.")
@click.option("--yes", is_flag=True, help="Do not ask before replacing somebody's address.")
@json_option
def register(campaign: str, *, url: str | None, yes: bool, as_json: bool) -> int:
    """Register the address that CAMPAIGN's receipts are pushed to, the secret added to it.

    Addresses belong to the whole account: one that is replaced gets no receipts any more.
    """
    office = _office(campaign)
    found = wishes(office, url)
    _confirm(found, yes=yes)
    register_wishes(office, found)
    if as_json:
        print_json([{**_as_json(wish), **office.marks.as_json()} for wish in found])
        return Exit.OK
    say_first(office.marks)
    for wish in found:
        done = Words("was registered already") if wish.is_granted else "registered"
        what = _what(wish.channel, wish.topic)
        say(joined(what, COLON, masked(wish.wanted), " ", done))
    _note(office.campaign)
    return Exit.OK


@receipts.command("list", epilog="Example:  koosend receipts list campaign.toml")
@click.argument("campaign", type=click.Path(dir_okay=False))
@json_option
def list_addresses(campaign: str, *, as_json: bool) -> int:
    """List the addresses that the account has registered for CAMPAIGN's channels, masked."""
    office = _office(campaign)
    found = registered(office)
    if as_json:
        entries: list[Mapping[str, object]] = [
            {
                "channel": str(channel),
                "topic": str(entry.topic),
                "address": masked(entry.address),
                **office.marks.as_json(),
            }
            for channel, entry in found
        ]
        print_json(entries)
        return Exit.OK
    say_first(office.marks)
    for channel, registration in found:
        what = _what(channel, registration.topic)
        say(joined(what, COLON, masked(registration.address)))
    if not found:
        say(Words("no address is registered: koosend receipts register tells KooMessage one"))
    _note(office.campaign)
    return Exit.OK


def _office(campaign: str) -> Office:
    clock = SystemClock()
    return Office(load_campaign(Path(campaign), clock.now()), clock)


def _confirm(found: Sequence[Wish], *, yes: bool) -> None:
    replaced = [wish for wish in found if wish.replaces]
    if not replaced or yes:
        return
    for wish in replaced:
        what = _what(wish.channel, wish.topic)
        say(
            filled(
                "{what}: {before} would get no more receipts", what=what, before=masked(wish.before)
            ),
            err=True,
        )
    if not sys.stdin.isatty():
        raise UsageError(Words("another address is registered; say --yes to replace it"), "KS0207")
    agreed(Words("Replace it?"), abort=True)


def _what(channel: Channel, topic: ReceiptTopic) -> Text:
    video = channel is Channel.AIM_BASIC
    kind = Words("video messages") if video else Words("smart messages")
    return listed((kind, str(topic)))


def _as_json(wish: Wish) -> dict[str, object]:
    return {
        "channel": str(wish.channel),
        "topic": str(wish.topic),
        "address": masked(wish.wanted),
        "before": masked(wish.before),
        "changed": not wish.is_granted,
    }


def _note(campaign: Campaign) -> None:
    if campaign.message.channel in _CONSOLE:
        say(
            Words(
                "Replies to an SMS come to the SMS application's own uplink address: set it in the "
                "console to the same address."
            ),
            err=True,
        )
