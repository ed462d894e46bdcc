"""Stand in for the world: fakes that ship, each passing its port's behaviour suite."""

from tests.support.fakes.catalog import ScriptedCatalog
from tests.support.fakes.clock import ManualClock
from tests.support.fakes.gateway import ScriptedGateway

__all__ = ["ManualClock", "ScriptedCatalog", "ScriptedGateway"]
