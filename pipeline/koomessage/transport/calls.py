"""What is asked of KooMessage and what comes back, before and after anything speaks HTTP."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from pipeline.core.answer import Hindrance
from pipeline.core.bounds import BODY_BYTES_MAX as BODY_BYTES_MAX  # noqa: PLC0414 -- taken from here
from pipeline.core.errors import CampaignInvalid
from pipeline.koomessage.transport.signing import Query
from pipeline.language import Words, filled

BODY_BYTES_BOUND: Final = 12_000_000
"""The longest body that the gateway takes (12 MB, a general rule of the provider's)."""

STALE_S: Final = 300.0
"""An intent older than this is not sent: whoever paused us may have let another send it.

Far below the 15 minutes after which the gateway refuses the signature by itself; a token, which
covers no request, leaves only this.
"""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


OnAnswer = Callable[[bool], None]


def _unheard(_: bool) -> None:  # noqa: FBT001 -- the one thing that is told
    """Take no notice of who answers."""


@dataclass(frozen=True, slots=True)
class GatewayOptions:
    """Where KooMessage is, whom we are there, and how long we wait.

    connect_s covers name, connection and TLS. read_s runs from the first byte of the request to
    the last byte of the answer. keepalive_s is how long an idle connection is kept: shorter than
    servers usually do, so that they rarely close one that we are about to write to.
    body_bytes_max is the longest request; a longer one is refused here and never leaves.
    ca_file names certificates to trust instead of the system's. on_answer hears of each answer, as
    soon as it begins, whether it bears the emulator's mark; it must not raise. Raises
    CampaignInvalid for an endpoint that is neither https nor plain http on this machine.
    """

    endpoint: str
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    security_token: str = field(default="", repr=False)
    connect_s: float = 5.0
    read_s: float = 30.0
    keepalive_s: float = 10.0
    connections: int = 32
    body_bytes_max: int = BODY_BYTES_MAX
    answer_bytes_max: int = 8 * 1024 * 1024
    ca_file: str = ""
    on_answer: OnAnswer = field(default=_unheard, repr=False)

    def __post_init__(self) -> None:
        """Refuse an endpoint that would carry numbers in the clear or to a strange place."""
        parts = urlsplit(self.endpoint)
        plain_here = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or plain_here):
            raise CampaignInvalid(
                filled(
                    "account.endpoint: {endpoint} is neither an https:// address nor plain "
                    "http:// on this machine",
                    endpoint=repr(self.endpoint),
                ),
                "KS7808",
            )
        if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise CampaignInvalid(
                Words(
                    "account.endpoint: give scheme, host and port only, "
                    "such as https://koomessage.myhuaweicloud.cn"
                ),
                "KS7808",
            )

    @property
    def origin(self) -> str:
        """Return the endpoint without a trailing slash."""
        return self.endpoint.rstrip("/")

    @property
    def host(self) -> str:
        """Return the Host header: the endpoint's host, and its port where one is named."""
        return urlsplit(self.endpoint).netloc


@dataclass(frozen=True, slots=True)
class Call:
    """A request to be signed. at is the time of its intent, in epoch seconds; None is now.

    One that has an intent leaves once at most; another may be put again with fresh credentials.
    """

    method: str
    path: str
    query: Query = ()
    body: bytes = field(default=b"", repr=False)
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that was read whole. signed_at and read_at are ours, in epoch seconds.

    ahead_s is how far our clock is ahead of the answer's; None where that has no date.
    subject_token is the token that IAM gives in a header, empty elsewhere. renewed: this is a 401,
    and there is another proof of who we are to try.
    """

    status: int
    body: bytes
    retry_after: str
    date: str
    signed_at: float
    read_at: float
    ahead_s: float | None = None
    subject_token: str = field(default="", repr=False)
    renewed: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer. written tells whether a byte of the request may have left.

    hindrance says what kept it back, where nothing was written. foreign: something was answered
    that KooMessage does not answer.
    """

    written: bool
    why: str
    hindrance: Hindrance = Hindrance.UNREACHABLE
    foreign: bool = False
