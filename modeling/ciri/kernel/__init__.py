"""Compiled inner loops (numba): numbers in, numbers out, no checks, the lock of Python released.

Callers outside this package check their inputs first. Nothing here depends on the number of threads.
"""
