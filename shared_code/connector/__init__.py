"""What a connector declares, and the function app made of it."""

from shared_code.connector.blueprint import connector_blueprint
from shared_code.connector.declaration import Connector

__all__ = ["Connector", "connector_blueprint"]
