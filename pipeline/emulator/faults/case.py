"""A call that meets a fault, with what the gateway can do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from pipeline.emulator.faults.book import Verdict
from pipeline.emulator.http.fields import Call


class Refuse(Protocol):
    """Make the provider's answer of a status and code without any operation."""

    def __call__(self, status: int, code: str = "", message: str = "") -> web.Response:
        """Refuse; without a code the status says which, without a message the code."""
        ...


@dataclass(frozen=True, slots=True)
class Case:
    """Hold a call and its verdict; `perform` lets the operation act and returns its answer."""

    request: web.Request
    operation: str
    call: Call
    verdict: Verdict
    perform: Callable[[Call], web.Response]
    refuse: Refuse
