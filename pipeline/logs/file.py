"""The file of a run's events."""

import contextlib
import logging
import os
from collections.abc import MutableMapping
from pathlib import Path

import structlog

from pipeline.logs.lines import LogOptions, get_logger, line_of, render_json
from pipeline.logs.mask import Mask
from pipeline.logs.names import Event, known


class EventLog:
    """One run's events.jsonl: one JSON object a line, appended, readable by its owner only.

    emit never raises for the file: a full disk for the log must not stop sending. What could not
    be written is counted in dropped, and told by a log.dropped line once writing works again.
    Events that are loud enough for stderr go there too.
    """

    def __init__(self, path: Path, options: LogOptions | None = None) -> None:
        """Open the file for appending; a file that cannot be opened drops every line."""
        self._options = options or LogOptions()
        self._mask = Mask(self._options.secrets)
        self._file: int | None = None
        self._untold = 0
        self._torn = False
        self.dropped = 0
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        with contextlib.suppress(OSError):
            self._file = os.open(path, flags, 0o600)
            size = os.fstat(self._file).st_size
            self._torn = size > 0 and os.pread(self._file, 1, size - 1) != b"\n"

    def emit(self, event: str, /, **fields: object) -> None:
        """Append one event, and say it on stderr if it is loud enough."""
        listed = known(event, strict=self._options.strict)
        if self._untold and self._append(Event.LOG_DROPPED, {"lines": self._untold}):
            self._untold = 0
        if not self._append(event, fields):
            self.dropped += 1
            self._untold += 1
        self._say(event, listed.level if listed else logging.WARNING, fields)

    def close(self) -> None:
        """Close the file; later events are counted as dropped."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @staticmethod
    def _say(event: str, level: int, fields: dict[str, object]) -> None:
        logger = get_logger()
        if structlog.is_configured() and logger.is_enabled_for(level):
            with contextlib.suppress(OSError, ValueError):  # stderr may be closed or full
                logger.bind(**fields).log(level, event)

    def _append(self, event: str, fields: MutableMapping[str, object]) -> bool:
        if self._file is None:
            return False
        try:
            line = render_json(line_of(str(event), fields, self._options.now()))
            raw = f"{self._mask(line)}\n".encode(errors="backslashreplace")
            raw = b"\n" + raw if self._torn else raw
            written = os.write(self._file, raw)
        except (OSError, TypeError, ValueError, RecursionError):
            return False
        self._torn = written < len(raw)
        return not self._torn
