"""The section [receipts]: where receipts are listened for, and by which address they come."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from msgspec import Struct

from pipeline.core.text import brief
from pipeline.language import Text, Words, filled
from pipeline.settings.bounds import AccountId, Count, OptionalVariable, Variable

STRANGERS_PER_DAY = 100

_PORT_MAX = 65_535
_PORT = re.compile("[0-9]{1,5}")
_URL_CHARS_MAX = 900
_NOT_PLAIN = re.compile(r"[^!-~]|[?#@\\]")
"""What stands in no scheme, host and path: also where nothing follows it."""

_HERE = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
_ODD_NUMBER = re.compile("(?:0x[0-9a-f]*|[0-9]+)")
"""The last part of an IPv4 address in some notation; no name ends so."""


class Receipts(Struct, frozen=True, forbid_unknown_fields=True):
    """[receipts]: where pushed receipts are listened for.

    public_url is what KooMessage is told to push to, without the secret; allow lists networks
    that pushes may come from, none means any; proxies lists those of proxies of ours. Of numbers
    that the account never was to send to, strangers_per_day opt-outs a day are honoured without a
    person. domain_id is the account's id that receipts bear, where it is not the one that IAM says.
    """

    listen: str
    path_token_env: Variable = "KOOSEND_RECEIPTS_TOKEN"  # noqa: S105 -- a variable's name
    former_token_env: OptionalVariable = ""
    public_url: str = ""
    allow: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    strangers_per_day: Count = STRANGERS_PER_DAY
    domain_id: AccountId = ""

    @property
    def place(self) -> tuple[str, int]:
        """Return host and port; what is none was refused when the file was read."""
        return place_of(self.listen) or ("", 0)


def place_of(text: str) -> tuple[str, int] | None:
    """Read "host:port"; None for what is none."""
    host, _, port = text.strip().rpartition(":")
    if not host or not _PORT.fullmatch(port) or int(port) > _PORT_MAX:
        return None
    return host.removeprefix("[").removesuffix("]"), int(port)


def mistakes(receipts: Receipts, *, rehearsal: bool) -> Iterator[Text]:
    """Yield what is wrong with the section; rehearsal allows what only this machine may use."""
    if place_of(receipts.listen) is None:
        yield Words('the key receipts.listen is wrong; write it as "127.0.0.1:8090"')
    for key, texts in (("allow", receipts.allow), ("proxies", receipts.proxies)):
        for text in texts:
            if not _is_network(text):
                shown = brief(text)
                yield filled(
                    'the key receipts.{key} lists "{shown}"; write addresses as "192.0.2.0/24"',
                    key=key,
                    shown=shown,
                )
    url = bare_url(receipts.public_url)
    if url and (wrong := url_mistake(url, rehearsal=rehearsal)):
        yield filled("the key receipts.public_url {wrong}", wrong=wrong)


def bare_url(text: str) -> str:
    """Return an address without what stands around it by mistake."""
    return text.strip().rstrip("/")


def url_mistake(url: str, *, rehearsal: bool) -> str | None:
    """Say why KooMessage must or would not push to an address (AddCallBack, AddVmsCallBack).

    rehearsal: only this machine pushes there.
    """
    try:
        parts = urlsplit(url)
        host, _port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return Words("is no address; write it as https://receipts.example.com")
    if parts.scheme not in {"http", "https"} or not host:
        return Words("must begin with https:// and name a host")
    if _NOT_PLAIN.search(url):
        return Words("must be scheme, host and path only: the secret part is added to it")
    if len(url) > _URL_CHARS_MAX:
        return filled("must not be longer than {most} characters", most=str(_URL_CHARS_MAX))
    if rehearsal:
        return None
    if not _is_public(host):
        return Words(
            "must be an address that KooMessage reaches: a public one, not of this machine"
        )
    if parts.scheme != "https":
        return Words(
            "must begin with https://: by http anybody on the way reads people's numbers and the "
            "secret part, by which receipts can be forged"
        )
    return None


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return False
    return True


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        last = host.rpartition(".")[2]
        return "." in host and not host.endswith(_HERE) and not _ODD_NUMBER.fullmatch(last)
