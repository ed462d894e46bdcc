"""[preflight]: what is asked before a new run."""

from dataclasses import dataclass

from msgspec import Struct


class PreflightKeys(Struct, forbid_unknown_fields=True):
    """[preflight]."""

    ask: bool = True


@dataclass(frozen=True, slots=True)
class Preflight:
    """Whether KooMessage is asked about templates, signature and application before a new run."""

    ask: bool = True
