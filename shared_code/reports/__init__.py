"""Reports worked out of records: pure functions from unified shapes to unified shapes.

statements   monthly statements of a source, put together into the periods that are asked for
open_items   what of a document was open on a day
aged         open items by contact, currency and age
"""
