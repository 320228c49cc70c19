"""Xero's records as unified ones: pure functions of a record and the run's lookups.

    map_...(record, lookups) -> the unified record, or None when it belongs to another data type

`record` is what `native.parse_page` gives. One that cannot be mapped raises `Reject` and says why.

Choices that the two vocabularies leave open, made once:

* An enum's unlisted word becomes `Unknown`; the word is kept in `supplementalData.content` under
  `unmapped`, by the unified property's name. So are account and item codes that no lookup knows.
* DELETED sets `metadata.isDeleted`; the status is then Void (documents) or Archived (the rest).
* SUBMITTED awaits approval and has no effect on the ledger, so it is a Draft.
* AUTHORISED is Submitted (bills: Open), or PartiallyPaid once anything was paid or credited.
* A contact is customer and supplier alike; one who asked to be erased (GDPRREQUEST) is Archived.
* POBOX is the billing address, STREET and DELIVERY are where to deliver to.
* An item that is not tracked as inventory is NonInventory; items have no status: Unknown.
* A line's `unitAmount` is as Xero gives it, tax included where the document says Inclusive.
* Over- and prepayments are credit notes that money made; the money is a payment linked to them.
* What a bank transaction of VOIDED or DELETED said is gone: its type has no status.
* A balance is the trial balance's: debits positive, income and expenses in the year so far. It is
  in the base currency, so accounts in another one have none.
* A payment is in the currency of the document that it pays, so that a line and its links cancel
  out; what the bank moved in another currency is not shown.
"""

MAPPING_VERSION = 3
"""Raised whenever a record would map differently: kept raw pages are then mapped again."""
