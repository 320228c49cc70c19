from tests.unit.sync.conftest import rig

__all__ = ["rig"]
