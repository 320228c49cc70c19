"""Records as versions: a run writes them unseen, publishing shows them, readers see generations."""

from shared_code.store.documents import RecordIn, record_in
from shared_code.store.records.absence import (
    count_pass,
    is_any_absent,
    note_sightings,
    tombstone_absent,
)
from shared_code.store.records.appearances import Known, known_of, latest_pages, note_pages
from shared_code.store.records.cost import check_cost
from shared_code.store.records.dataset import Dataset, read_state
from shared_code.store.records.deletion import delete_named
from shared_code.store.records.keyed import coming
from shared_code.store.records.publishing import (
    Published,
    Staged,
    alive,
    publish,
    staged,
    vanishing,
)
from shared_code.store.records.purging import purge
from shared_code.store.records.reading import (
    Listing,
    Snapshot,
    as_of,
    count,
    get,
    latest,
    read_list,
    read_page,
    seen,
)
from shared_code.store.records.retention import let_go, sweep
from shared_code.store.records.statements import with_latest
from shared_code.store.records.totals import Totals
from shared_code.store.records.versions import COMMIT_ROWS, Origin, Written, prepare, write

__all__ = [
    "COMMIT_ROWS",
    "Dataset",
    "Known",
    "Listing",
    "Origin",
    "Published",
    "RecordIn",
    "Snapshot",
    "Staged",
    "Totals",
    "Written",
    "alive",
    "as_of",
    "check_cost",
    "coming",
    "count",
    "count_pass",
    "delete_named",
    "get",
    "is_any_absent",
    "known_of",
    "latest",
    "latest_pages",
    "let_go",
    "note_pages",
    "note_sightings",
    "prepare",
    "publish",
    "purge",
    "read_list",
    "read_page",
    "read_state",
    "record_in",
    "seen",
    "staged",
    "sweep",
    "tombstone_absent",
    "vanishing",
    "with_latest",
    "write",
]
