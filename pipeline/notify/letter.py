"""What the process that lets a notice leave is given, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from pipeline.ports import NoticeStep

LIMIT_S = 20
"""Seconds within which a notice leaves, or its process is ended."""


class Letter(msgspec.Struct, frozen=True):
    """One notice to one address. files are paths to attach; environ is what the network needs."""

    address: str
    subject: str
    text: str
    files: tuple[str, ...] = ()
    environ: Mapping[str, str] = {}


class Sign(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the process says, a line each time, before it goes on; the last one has an outcome.

    sending: from here on something may leave. watched: by a way on which each write is seen.
    written: something of the message leaves now.
    """

    sending: bool = False
    watched: bool = False
    written: bool = False
    outcome: NoticeStep | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """What is known of a notice's leaving; why is empty where it left."""

    step: NoticeStep
    why: str = ""
