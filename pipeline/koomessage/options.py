"""What a gateway is made with."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from pipeline.core.bounds import BODY_BYTES_MAX as BODY_BYTES_MAX  # noqa: PLC0414 -- taken from here
from pipeline.core.errors import CampaignInvalid

BODY_BYTES_BOUND: Final = 12_000_000
"""The longest body that the gateway takes (12 MB, a general rule of the provider's)."""


_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class GatewayOptions:
    """Where KooMessage is, whom we are there, and how long we wait.

    connect_s covers name, connection and TLS. read_s runs from the first byte of the request to
    the last byte of the answer. keepalive_s is how long an idle connection is kept: shorter than
    servers usually do, so that they rarely close one that we are about to write to.
    body_bytes_max is the longest request; a longer one is refused here and never leaves.
    ca_file names certificates to trust instead of the system's. Raises CampaignInvalid for an
    endpoint that is neither https nor plain http on this machine.
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

    def __post_init__(self) -> None:
        """Refuse an endpoint that would carry numbers in the clear or to a strange place."""
        parts = urlsplit(self.endpoint)
        plain_here = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or plain_here):
            raise CampaignInvalid(
                f"account.endpoint: {self.endpoint!r} is neither an https:// address "
                "nor plain http:// on this machine"
            )
        if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise CampaignInvalid(
                "account.endpoint: give scheme, host and port only, "
                "such as https://koomessage.myhuaweicloud.cn"
            )

    @property
    def origin(self) -> str:
        """Return the endpoint without a trailing slash."""
        return self.endpoint.rstrip("/")

    @property
    def host(self) -> str:
        """Return the Host header: the endpoint's host, and its port where one is named."""
        return urlsplit(self.endpoint).netloc
