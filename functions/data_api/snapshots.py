"""What a request reads: the generation its connection published last, or an older one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from functions.data_api.scope import Scope, find_connection
from shared_code.catalogue import Integration, by_platform
from shared_code.errors import Conflict, NotFound
from shared_code.model import DataTypeInfo
from shared_code.store.records import Dataset, Snapshot, as_of, seen


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Finds snapshots; `integration` says what a platform can do."""

    integration: Callable[[str], Integration] = by_platform

    def find(self, tx: Connection, scope: Scope, info: DataTypeInfo) -> Snapshot:
        """What is published of a type; `Conflict` if nothing is, `NotFound` if it cannot be."""
        connection = find_connection(tx, scope, info.data_type)
        if connection is not None:
            self._check_support(connection.platform, info)
        found = _read(tx, scope, connection, info)
        if found is None:
            when = " at that time" if scope.as_of else ""
            raise Conflict(f"The data set has not been requested{when}.")
        return found

    def find_if_any(self, tx: Connection, scope: Scope, info: DataTypeInfo) -> Snapshot | None:
        """What is published of a type; None if nothing is, for whatever reason."""
        return _read(tx, scope, find_connection(tx, scope, info.data_type), info)

    def _check_support(self, platform: str, info: DataTypeInfo) -> None:
        integration = self.integration(platform)
        if info.data_type not in integration.data_types:
            raise NotFound(
                f"Datatype {info.data_type} not supported by platform(s) {integration.name}"
            )


def _read(
    tx: Connection, scope: Scope, connection: Row[Any] | None, info: DataTypeInfo
) -> Snapshot | None:
    if connection is None:
        return None
    owner = (connection.company_id, connection.id)
    dataset = Dataset(*owner, info.data_type, connection.platform)
    return as_of(tx, dataset, scope.as_of) if scope.as_of else seen(dataset, connection)
