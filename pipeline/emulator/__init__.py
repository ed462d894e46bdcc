"""A local KooMessage: a second reading of the provider's documents that shares no code with us."""

from pipeline.emulator.app import build_app
from pipeline.emulator.options import EmulatorOptions, SetupError
from pipeline.emulator.server import serve

__all__ = ["EmulatorOptions", "SetupError", "build_app", "serve"]
