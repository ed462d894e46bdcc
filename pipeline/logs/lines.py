"""Set structlog up, and render lines."""

import json
import logging
import os
import sys
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, TextIO

import structlog
from structlog.typing import FilteringBoundLogger, Processor

from pipeline.logs.mask import HIDDEN, Mask
from pipeline.logs.names import Event, known

_ZONE = timezone(timedelta(hours=8))
_SECRET_FIELDS = ("secret", "token", "password", "authorization", "secret_key", "access_key")


@dataclass(frozen=True, slots=True)
class LogOptions:
    """How to log. level is the least loud that reaches stderr: debug, info, warning or error.

    strict makes an unlisted event name raise UnlistedEvent instead of being logged as it is.
    as_json decides the form on stderr; None means JSON when it is not a terminal.
    """

    secrets: tuple[str, ...] = ()
    level: str = "info"
    strict: bool = False
    as_json: bool | None = None
    now: Callable[[], float] = time.time


def configure(options: LogOptions | None = None, stream: TextIO | None = None) -> None:
    """Set up logging on a stream, stderr by default, for us and for the libraries we use."""
    options = options or LogOptions()
    stream = stream or sys.stderr
    mask = Mask(options.secrets)
    level = logging.getLevelNamesMapping()[options.level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _begun(options),
            _renderer(stream, as_json=options.as_json),
            _masked(mask),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, _LibraryHandler)]:
        root.removeHandler(handler)
    root.addHandler(_LibraryHandler(level=max(level, logging.WARNING)))


def get_logger() -> FilteringBoundLogger:
    """Return the logger that configure has set up."""
    logger: FilteringBoundLogger = structlog.get_logger()
    return logger


def line_of(event: str, fields: MutableMapping[str, Any], at: float) -> dict[str, Any]:
    """Put an event's line together; its time and name cannot be overridden by a field."""
    ours = {"at": _iso(at), "event": event}
    return ours | {name: _tidy(name, value) for name, value in fields.items()} | ours


def render_json(fields: MutableMapping[str, Any]) -> str:
    """Write a line as JSON; what JSON does not know stands as its text."""
    return json.dumps(fields, ensure_ascii=False, default=str, separators=(",", ":"))


class _LibraryHandler(logging.Handler):
    """Hand what libraries log to our own chain, so that it is masked like everything else."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass one message on."""
        get_logger().log(
            record.levelno,
            Event.LIBRARY_MESSAGE,
            library=record.name,
            message=record.getMessage(),
            exc_info=record.exc_info,
        )


def _begun(options: LogOptions) -> Processor:
    def begin(_logger: object, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
        name = str(event["event"])
        known(name, strict=options.strict)
        return line_of(name, event, options.now())

    return begin


def _masked(mask: Mask) -> Processor:
    return lambda _logger, _method, line: mask(str(line))


def _renderer(stream: TextIO, *, as_json: bool | None) -> Processor:
    is_terminal = stream.isatty()
    if as_json if as_json is not None else not is_terminal:
        return _render_json
    colors = is_terminal and not os.environ.get("NO_COLOR")
    return structlog.dev.ConsoleRenderer(
        colors=colors,
        timestamp_key="at",
        exception_formatter=structlog.dev.plain_traceback,
    )


def _render_json(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    return render_json(structlog.processors.format_exc_info(logger, method, event))


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, _ZONE).isoformat(timespec="milliseconds")


def _tidy(name: str, value: object) -> object:
    if name in _SECRET_FIELDS:
        return HIDDEN
    # Digits after the point could look like a number: six are as exact as any measure here.
    return round(value, 6) if isinstance(value, float) else value
