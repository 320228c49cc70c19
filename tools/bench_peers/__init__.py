"""Measure a whole sync beside other extractors that read the same pages: `make bench-peers`.

The peers come from PyPI and run in an environment of their own (`.local/peers`). None of them maps,
keeps raw pages or versions: each writes what it read to files, as it does by default.
"""
