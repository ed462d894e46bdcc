"""A server of this machine that speaks TLS, and the certificates to trust it by, or not."""

import ssl
from typing import Final

from tests.support.source import ROOT

_FOLDER = ROOT / "tests" / "support" / "tls"

OURS: Final = _FOLDER / "here.pem"
"""The certificate that the server shows: for 127.0.0.1, signed by itself, good until 2120."""

ANOTHER: Final = _FOLDER / "other.pem"
"""A certificate for 127.0.0.1 that no server has the key of."""


def server_tls() -> ssl.SSLContext:
    """Return what a server shows to whoever connects; its key opens nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_FOLDER / "server.pem")
    return context
