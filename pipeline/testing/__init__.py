"""Stand in for the world: fakes that ship, each passing its port's behaviour suite."""

from pipeline.testing.catalog import ScriptedCatalog
from pipeline.testing.clock import ManualClock
from pipeline.testing.gateway import ScriptedGateway

__all__ = ["ManualClock", "ScriptedCatalog", "ScriptedGateway"]
