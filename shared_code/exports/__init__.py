"""Exports: a whole data type as files, written by a durable job and fetched by links that expire.

    requests  ->  a row and its command, in one transaction (the platform API)
    job       ->  claims the export, writes part after part (the data API's orchestration)
    upkeep    ->  takes up what stopped, removes what has expired (the engine)

The row is the truth: it says which generation is exported and how far that is. Whoever drives the
job may end at any time; the next one goes on behind the last part that the row knows of.
"""
