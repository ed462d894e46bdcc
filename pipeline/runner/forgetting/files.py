"""Delete what commands left in a run's folder, by name, and nothing that anybody else put there."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.core.errors import ReportUnwritable
from pipeline.core.model import RunId
from pipeline.core.phones import holds_any
from pipeline.language import filled, system_words
from pipeline.report.compared import COMPARED_FILE
from pipeline.report.file_names import is_report_file
from pipeline.runner.session.place import EVENTS_FILE, run_folder

_LEFT_BY_COMMANDS = frozenset({EVENTS_FILE, COMPARED_FILE})
"""What else than reports commands leave in a run's folder, and no run needs."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def files_of(state: Path, run: RunId) -> tuple[str, ...]:
    """Name the files that commands left in a run's folder."""
    with suppress(OSError), _opened(run_folder(state, run)) as folder:
        names = os.listdir(folder)  # noqa: PTH208 -- of a folder that is open, whatever its name
        return tuple(sorted(name for name in names if _is_ours(name, folder)))
    return ()


def files_of_person(state: Path, run: RunId, phone: str) -> tuple[str, ...]:
    """Name those of them that a person may stand in: the reports, and a log that holds the number.

    What hides numbers goes only where it does not.
    """
    path = run_folder(state, run)
    return tuple(
        name
        for name in files_of(state, run)
        if name not in _LEFT_BY_COMMANDS or _holds(path / name, phone)
    )


def delete_files(state: Path, run: RunId, names: Sequence[str]) -> int:
    """Delete files of a run's folder, which is held open: no link can take its place.

    Raises ReportUnwritable.
    """
    path = run_folder(state, run)
    if not names:
        return 0
    try:
        with _opened(path) as folder:
            for name in names:
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)
    except OSError as error:
        raise ReportUnwritable(
            filled(
                "the files in {path} cannot be deleted ({why})", path=path, why=system_words(error)
            ),
            "KS7303",
        ) from None
    return len(names)


def link_on_the_way(state: Path, run: RunId) -> Path | None:
    """Return the link that stands for a run's folder, or for that of all runs, if one does."""
    folder = run_folder(state, run)
    return next((step for step in (folder.parent, folder) if step.is_symlink()), None)


def _holds(file: Path, phone: str) -> bool:
    with suppress(OSError), file.open(encoding="utf-8", errors="replace") as lines:
        return any(holds_any(line, (phone,)) for line in lines)
    return False


def _is_ours(name: str, folder: int) -> bool:
    if not (name in _LEFT_BY_COMMANDS or is_report_file(name)):
        return False
    return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """Open a run's folder, through no link but those that lead to the state folder. OSError."""
    runs = os.open(folder.parent, _FOLDER)
    try:
        descriptor = os.open(folder.name, _FOLDER, dir_fd=runs)
    finally:
        os.close(runs)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
