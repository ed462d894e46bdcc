"""Set structlog up, and render lines."""

import contextlib
import io
import json
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import structlog
from structlog.typing import ExcInfo, FilteringBoundLogger, Processor

from pipeline.core.text import escaped, one_line, visible
from pipeline.core.times import in_china
from pipeline.logs.events import Event, known
from pipeline.logs.mask import HIDDEN, Mask
from pipeline.process import command_name

_TELL_EVERY = 1_000
_KINDS_MAX = 1_000
_WHOSE = ("campaign", "run", "command")
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
            _begun(options, mask),
            _renderer(stream, as_json=options.as_json),
            lambda _logger, _method, line: mask(str(line)),
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


def line_of(event: str, fields: MutableMapping[str, Any], at: float, mask: Mask) -> dict[str, Any]:
    """Put an event's line together, masked; its time and name cannot be overridden by a field.

    It says which command speaks. Values are masked before they are written: JSON spells the tab
    within a number otherwise.
    """
    ours = {"at": in_china(at).isoformat(timespec="milliseconds"), "event": event}
    if command_name():
        ours["command"] = command_name()
    return ours | {name: _tidy(name, value, mask) for name, value in fields.items()} | ours


def render_json(fields: MutableMapping[str, Any]) -> str:
    """Write a line as JSON; what JSON does not know stands as its text."""
    return escaped(json.dumps(fields, ensure_ascii=False, default=str, separators=(",", ":")))


class _LibraryHandler(logging.Handler):
    """Hand what libraries log to our own chain, so that it is masked like everything else.

    What is said again is counted, and told of at every thousandth time: a stranger who makes a
    library complain must not fill the disk.
    """

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self._told: Counter[tuple[str, str]] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Pass one message on."""
        # What follows the first line names sockets and places, which differ each time.
        begins, _, _ = str(record.msg).partition("\n")
        kind = (record.name, begins)
        if kind not in self._told and len(self._told) >= _KINDS_MAX:
            kind = (record.name, "")
        self._told[kind] += 1
        times = self._told[kind]
        if times % _TELL_EVERY != 1:
            return
        is_new = times == 1
        get_logger().log(
            record.levelno,
            Event.LIBRARY_MESSAGE,
            library=record.name,
            message=record.getMessage() if is_new else begins,
            exc_info=record.exc_info if is_new else None,
            **({} if is_new else {"times": times}),
        )


def _begun(options: LogOptions, mask: Mask) -> Processor:
    def begin(_logger: object, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
        name = str(event["event"])
        known(name, strict=options.strict)
        return line_of(name, event, options.now(), mask)

    return begin


def _renderer(stream: TextIO, *, as_json: bool | None) -> Processor:
    is_terminal = stream.isatty()
    if as_json if as_json is not None else not is_terminal:
        return _render_json
    colors = is_terminal and not os.environ.get("NO_COLOR")
    console = structlog.dev.ConsoleRenderer(
        colors=colors, timestamp_key="at", exception_formatter=_visible_traceback
    )

    def render(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
        # Whoever looks at a terminal knows what they asked for.
        tidy = {
            name: one_line(value) if isinstance(value, str) else value
            for name, value in event.items()
            if name not in _WHOSE
        }
        return console(logger, method, tidy)

    return render


def _visible_traceback(stream: TextIO, raised: ExcInfo) -> None:
    text = io.StringIO()
    structlog.dev.plain_traceback(text, raised)
    stream.write(visible(text.getvalue()))


def _render_json(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    return render_json(structlog.processors.format_exc_info(logger, method, event))


def _tidy(name: str, value: object, mask: Mask) -> object:
    if name in _SECRET_FIELDS:
        return HIDDEN
    return value if name == "exc_info" else _masked(value, mask)


def _masked(value: object, mask: Mask) -> object:
    match value:
        case str():
            return mask(value)
        case float():
            # Digits after the point could look like a number: six are as exact as any measure here.
            return round(value, 6)
        case int():
            shown = mask(str(value))
            return value if shown == str(value) else shown
        case Mapping():
            return {mask(str(key)): _masked(one, mask) for key, one in value.items()}
        case list() | tuple():
            return [_masked(one, mask) for one in value]
        case _:
            return None if value is None else mask(str(value))


class EventLog:
    """One run's events.jsonl: one JSON object a line, appended, readable by its owner only.

    Each line has the fields of about first: whose run it is. A file that was moved away or removed
    meanwhile is begun anew, and one that was cut is gone on with. emit never raises for the file: a
    full disk for the log must not stop sending. What could not be written is counted in dropped,
    and told by a log.dropped line once writing works again.
    Events that are loud enough for stderr go there too.
    """

    def __init__(
        self,
        path: Path,
        options: LogOptions | None = None,
        about: Mapping[str, object] | None = None,
    ) -> None:
        """Open the file for appending; while it cannot be opened, lines are dropped."""
        self._path = path
        self._about = dict(about or {})
        self._options = options or LogOptions()
        self._mask = Mask(self._options.secrets)
        self._file: int | None = None
        self._closed = False
        self._untold = 0
        self.dropped = 0
        self._open()

    def emit(self, event: str, /, **fields: object) -> None:
        """Append one event, and say it on stderr if it is loud enough."""
        listed = known(event, strict=self._options.strict)
        fields = {**self._about, **fields}
        self._follow()
        if self._untold and self._append(Event.LOG_DROPPED, self._about | {"lines": self._untold}):
            self._untold = 0
        if not self._append(event, fields):
            self.dropped += 1
            self._untold += 1
        self._say(event, listed.level if listed else logging.WARNING, fields)

    def close(self) -> None:
        """Close the file; later events are counted as dropped."""
        self._closed = True
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @staticmethod
    def _say(event: str, level: int, fields: dict[str, object]) -> None:
        logger = get_logger()
        if structlog.is_configured() and logger.is_enabled_for(level):
            with contextlib.suppress(
                OSError, ValueError, RecursionError
            ):  # it may be closed or full
                logger.bind(**fields).log(level, event)

    def _open(self) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        with contextlib.suppress(OSError):
            file = os.open(self._path, flags, 0o600)
            if self._file is not None:
                os.close(self._file)
            self._file = file

    def _follow(self) -> None:
        """Look whether the file is still the one at its path, and take the one that is there now.

        Where none can be opened, lines go on to the file that was moved: none is lost.
        """
        if self._closed:
            return
        if self._file is None or not self._is_there(self._file):
            self._open()

    def _is_there(self, file: int) -> bool:
        try:
            there = self._path.lstat()
            ours = os.fstat(file)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)

    def _append(self, event: str, fields: MutableMapping[str, object]) -> bool:
        if self._file is None:
            return False
        try:
            line = render_json(line_of(str(event), fields, self._options.now(), self._mask))
            raw = f"{line}\n".encode(errors="backslashreplace")
            raw = b"\n" + raw if _is_torn(self._file) else raw
            return os.write(self._file, raw) == len(raw)
        except (OSError, TypeError, ValueError, RecursionError):
            return False


def _is_torn(file: int) -> bool:
    """Tell whether the last line has no end: a crash, or a disk that was full, cut it short."""
    size = os.fstat(file).st_size
    return size > 0 and os.pread(file, 1, size - 1) != b"\n"
