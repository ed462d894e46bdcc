"""Refuse folders that somebody else could change under us: theirs, open to them, or behind theirs.

Who can write to a state folder can put another ledger, or a link, in the place of ours.
"""

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from pipeline.core.errors import LedgerUnwritable
from pipeline.language import Words, filled

VARIABLE = "KOOSEND_SHARED_STATE"
"""Set to "yes" by whoever knows who else can write to the folder, and wants it so."""

_TRUSTED = 0
"""The superuser, who can change everything anyway."""


def refuse_foreign(folder: Path) -> None:
    """Judge a folder, and the links that lead to it. Raises LedgerUnwritable.

    The folder is what a link leads to. One that is not there is nobody's.
    """
    if os.environ.get(VARIABLE) == "yes":
        return
    refuse_foreign_links(folder)
    try:
        found = folder.stat()
    except FileNotFoundError:
        return
    if _is_strange(found.st_uid):
        raise _refused(
            filled(
                "the folder {folder} belongs to {st_uid}, not to {geteuid}",
                folder=folder,
                st_uid=_name(found.st_uid),
                geteuid=_name(os.geteuid()),
            ),
            Words("run koosend as that user, or name a folder of your own"),
        )
    if _others_can_write(found):
        raise _refused(
            filled(
                "others than {st_uid} can write to the folder {folder}",
                st_uid=_name(found.st_uid),
                folder=folder,
            ),
            filled("chmod go-w {folder}", folder=folder),
        )


def refuse_foreign_links(path: Path) -> None:
    """Judge the links on the way to a path as it is written. Raises LedgerUnwritable."""
    if os.environ.get(VARIABLE) == "yes":
        return
    for step in _steps(path.absolute()):
        try:
            found = step.lstat()
        except OSError:
            return
        if stat.S_ISLNK(found.st_mode) and _is_strange(found.st_uid):
            raise _refused(
                filled(
                    "the link {step} on the way to the folder {path} belongs to {st_uid}, "
                    "who can lead it elsewhere",
                    step=step,
                    path=path,
                    st_uid=_name(found.st_uid),
                ),
                Words("name the folder itself"),
            )


def _steps(path: Path) -> Iterator[Path]:
    yield from reversed(path.parents)
    yield path


def _others_can_write(found: os.stat_result) -> bool:
    if found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _is_private(found.st_gid, found.st_uid)


def _is_private(group: int, owner: int) -> bool:
    """Tell whether a group has nobody but its owner, as many systems give each user one.

    A group that nobody has a name for may have anybody in it.
    """
    try:
        members = set(grp.getgrgid(group).gr_mem)
        names = {pwd.getpwuid(owner).pw_name}
    except KeyError:
        return False
    names_of_group = members | {user.pw_name for user in pwd.getpwall() if user.pw_gid == group}
    return names_of_group <= names


def _is_strange(owner: int) -> bool:
    return owner not in {_TRUSTED, os.geteuid()}


def _refused(what: str, mend: str) -> LedgerUnwritable:
    return LedgerUnwritable(
        filled(
            "{what}: what stands there can be exchanged for something else; {mend}, or set "
            "{variable}=yes if that is meant; nothing was opened or sent",
            what=what,
            mend=mend,
            variable=VARIABLE,
        ),
        "KS7406",
    )


def _name(owner: int) -> str:
    try:
        return f"user {pwd.getpwuid(owner).pw_name}"
    except KeyError:
        return f"user {owner}"
