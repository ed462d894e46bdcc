"""The emulator as a command of its own."""

from pipeline.emulator import EmulatorOptions, serve

__all__ = ["EmulatorOptions", "serve"]
