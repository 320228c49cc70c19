"""Endpoints: what a sync was found to be wrong in, and accepting that it is right all the same."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Path

from functions.platform_api.platform import ThePlatform
from shared_code.connect.reading import find_company, find_connection
from shared_code.serve import Caller, CompanyId, router
from shared_code.sync.accepting import accept, find_pull, find_suspect
from shared_code.sync.validation import (
    Acceptance,
    ValidationResult,
    show_acceptance,
    validation_result,
)

api = router(tags=["Refresh data"])

DatasetId: TypeAlias = Annotated[
    str, Path(alias="datasetId", description="The pull operation's id.")
]


@api.get(
    "/companies/{companyId}/sync/{datasetId}/validation",
    operation_id="get-read-validation-results",
)
def get_validation(
    caller: Caller, platform: ThePlatform, company_id: CompanyId, dataset_id: DatasetId
) -> ValidationResult:
    """Tell why a sync was not published, and which records were left out."""
    with platform.db.read() as tx:
        company = find_company(tx, caller.client_id, company_id)
        pull = find_pull(tx, company.id, dataset_id)
        find_connection(tx, company, pull.connection_id)
        return validation_result(tx, pull)


@api.post(
    "/companies/{companyId}/sync/{datasetId}/acceptance",
    operation_id="accept-suspect-sync",
    status_code=202,
)
def accept_suspect(
    caller: Caller, platform: ThePlatform, company_id: CompanyId, dataset_id: DatasetId
) -> Acceptance:
    """Publish what a sync read although it is suspect (beyond Codat's API).

    Only the latest sync of its data type can be accepted, and nothing but what was found with it:
    what it read is published as it is, and the platform is not asked again.
    """
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id)
        pull = find_pull(work.tx, company.id, dataset_id)
        connection = find_connection(work.tx, company, pull.connection_id, lock=True)
        suspect = find_suspect(work.tx, pull)
        row = accept(work, connection, suspect, key_id=caller.key_id)
        return show_acceptance(row)
