"""Re-maps: kept raw pages are mapped again, by another version of the mapping, without a call.

    requests  ->  a run, its pulls and the order, in one transaction (the platform API)
    job       ->  carried out by the connector's app, driven as any run is
    retention ->  lets go of raw pages that no re-map needs any more (the engine)

A record is mapped again from the latest page that spoke of it (`manifest`), and from no other: what
was deleted since stays deleted, and each page can be done by itself. A dry run does the same, and
writes down what it would have written.
"""
