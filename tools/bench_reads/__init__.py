"""Measure how fast records are written and read: `python -m tools.bench_reads`.

A connection has records of all data types, `--records` of them invoices. The data API runs in a
process of its own, as it does in production, and is asked over a socket. Nothing asserts; machines
differ.
"""
