from tests.support.rigs import rig

__all__ = ["rig"]
