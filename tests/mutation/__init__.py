"""Faults put into the code by a machine, one at a time, to see which the unit tests would not notice.

    ./yogo test -p tests.mutation.plugin --mutate=gate,staleness

docs/testing.md says how to read what it tells.
"""
