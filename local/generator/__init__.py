"""Made-up books for tests, benchmarks and developers: valid records of every data type.

    records_of(data_type)               a hypothesis strategy: everything that the model allows
    generated(data_type, count, seed)   any number of records, quickly, the same for the same seed
    fill(db, connection, ...)           the same, written and published

`python -m local.generator` fills a connection. It needs hypothesis, a development dependency.
"""
