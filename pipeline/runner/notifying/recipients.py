"""Find the addresses that a campaign's people are told at: in a variable, or in a private file."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.notify.addresses import MISSING, addresses_in, is_address, is_installed
from pipeline.settings.bounds import variable_shown
from pipeline.settings.keys import Notify

_BYTES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Recipients:
    """Addresses, each a secret; troubles say in whole sentences why there are none, or fewer."""

    addresses: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


def recipients_of(notify: Notify, environ: Mapping[str, str]) -> Recipients:
    """Read the addresses that a campaign names. Never raises: a night does not fail for them."""
    found: list[str] = []
    troubles: list[str] = []
    if notify.urls_env:
        _read(found, troubles, *_of_variable(notify.urls_env, environ, "notify.urls_env"))
    if notify.urls_file:
        _read(found, troubles, *_of_file(Path(notify.urls_file)))
    if notify.is_asked_for and not is_installed():
        troubles.append(MISSING)
    return Recipients(tuple(dict.fromkeys(found)), tuple(troubles))


def named_in(name: str, environ: Mapping[str, str], key: str) -> Recipients:
    """Read the addresses of one variable, which stands under a key of the campaign file."""
    found: list[str] = []
    troubles: list[str] = []
    if name:
        _read(found, troubles, *_of_variable(name, environ, key))
        if not is_installed():
            troubles.append(MISSING)
    return Recipients(tuple(found), tuple(troubles))


def _read(found: list[str], troubles: list[str], text: str, where: str) -> None:
    """Take addresses out of a text; text is empty where `where` says what is wrong."""
    if not text:
        troubles.append(where)
        return
    words = addresses_in(text)
    found += [word for word in words if is_address(word)]
    wrong = [no for no, word in enumerate(words, 1) if not is_address(word)]
    if wrong:
        which = ", ".join(map(str, wrong))
        troubles.append(
            f"{where} holds what is no address (number {which}); write one as Apprise does, such "
            "as mailtos://..., wecombot://... or dingtalk://..."
        )
    elif not words:
        troubles.append(f"{where} holds no address, so that nobody is notified; write one into it")


def _of_variable(name: str, environ: Mapping[str, str], key: str) -> tuple[str, str]:
    shown = f"the environment variable {variable_shown(name)}, which the key {key} names,"
    if not environ.get(name, "").strip():
        return "", (
            f"{shown} is not set, so that nobody is notified; fill it in in the file that koosend "
            "schedule --install makes"
        )
    return environ[name], shown.removesuffix(",")


def _of_file(file: Path) -> tuple[str, str]:
    try:
        with file.open("rb") as stream:
            if slip := _open_to_others(os.fstat(stream.fileno()), file):
                return "", slip
            return stream.read(_BYTES_MAX).decode() or "\n", f"{file} (notify.urls_file)"
    except UnicodeDecodeError:
        return "", f"{file} (notify.urls_file) is not UTF-8 text; save it as UTF-8"
    except OSError as error:
        return "", (
            f"{file} (notify.urls_file) cannot be read ({error.strerror}), so that nobody is "
            "notified; write one address a line into it"
        )


def _open_to_others(found: os.stat_result, file: Path) -> str:
    if found.st_uid not in {os.geteuid(), 0}:
        return f"{file} (notify.urls_file), which holds secrets, is another user's: chown it"
    if stat.S_IMODE(found.st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        return f"others can read {file} (notify.urls_file), which holds secrets: chmod 600 {file}"
    return ""
