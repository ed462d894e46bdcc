"""Stand in for the world: fakes that ship, each passing its port's behaviour suite."""

from pipeline.testing.catalog import ScriptedCatalog
from pipeline.testing.clock import ManualClock
from pipeline.testing.gateway import ScriptedGateway
from pipeline.testing.ledger import MemoryLedger

__all__ = ["ManualClock", "MemoryLedger", "ScriptedCatalog", "ScriptedGateway"]
