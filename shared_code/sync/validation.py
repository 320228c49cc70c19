"""What a sync was found to be wrong in: why it is suspect, and the records left out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import Connection, Row, select

from shared_code.model.base import Shape
from shared_code.store.schema import rejects, suspicions
from shared_code.suspicion import Suspicion
from shared_code.sync.suspects import findings

MOST_WARNINGS = 1_000
"""Rejected records that are shown of one sync."""

VALIDATOR = "Causeway"


class ReadValidationItem(Shape):
    """One thing that is wrong."""

    item_id: str = Field(description="The provider's list, or the record, that it is about.")
    message: str
    rule_id: str = Field(description="Such as `MassDeletion` or `Rejected`.")
    validator_name: str


class ValidationResult(Shape):
    """What was found when a sync was to be published."""

    errors: list[ReadValidationItem] = Field(description="Why it was not; none where it was.")
    warnings: list[ReadValidationItem] = Field(description="Records that were left out, by id.")


class Finding(Shape):
    """One thing that looks wrong."""

    kind: str = Field(description="NothingListed, ListCutOff, CountMismatch, MassDeletion, ...")
    message: str
    seen: int
    against: int = Field(description="The number that it was held against.")
    bound: int = Field(description="What would have passed.")
    resource: str | None = Field(default=None, description="The provider's list, if one is meant.")


class Acceptance(Shape):
    """Somebody's word that a suspect sync is as it should be."""

    company_id: str
    connection_id: str
    data_type: str
    dataset_id: str = Field(description="The pull operation that was held back.")
    findings: list[Finding] = Field(description="What was accepted: this and nothing else.")
    found: datetime
    accepted: datetime
    accepted_by: str = Field(description="The id of the API key.")
    published_by: str = Field(description="The pull operation that publishes it.")


def validation_result(tx: Connection, pull: Row[Any]) -> ValidationResult:
    """Show what a pull was found to be wrong in."""
    held_back = tx.execute(
        select(suspicions).where(
            suspicions.c.company_id == pull.company_id, suspicions.c.pull_id == pull.id
        )
    ).one_or_none()
    left_out = tx.execute(
        select(rejects)
        .where(
            rejects.c.company_id == pull.company_id,
            rejects.c.run_id == pull.run_id,
            rejects.c.data_type == pull.data_type,
        )
        .order_by(rejects.c.source_id)
        .limit(MOST_WARNINGS)
    ).all()
    return ValidationResult(
        errors=[_error(each, pull) for each in (findings(held_back) if held_back else [])],
        warnings=[_item(row.source_id, row.reason, "Rejected") for row in left_out],
    )


def show_acceptance(row: Row[Any]) -> Acceptance:
    """Show a row of the suspicions table that was accepted."""
    return Acceptance(
        company_id=row.company_id,
        connection_id=row.connection_id,
        data_type=row.data_type,
        dataset_id=row.pull_id,
        findings=[_finding(each) for each in findings(row)],
        found=row.found_at,
        accepted=row.accepted_at,
        accepted_by=row.accepted_by,
        published_by=row.accepted_pull_id,
    )


def _error(found: Suspicion, pull: Row[Any]) -> ReadValidationItem:
    return _item(found.resource or pull.data_type, found.sentence, found.kind)


def _item(item_id: str, message: str, rule_id: str) -> ReadValidationItem:
    return ReadValidationItem(
        item_id=item_id, message=message, rule_id=rule_id, validator_name=VALIDATOR
    )


def _finding(found: Suspicion) -> Finding:
    return Finding(
        kind=found.kind,
        message=found.sentence,
        seen=found.seen,
        against=found.against,
        bound=found.bound,
        resource=found.resource or None,
    )
