"""A soak: sixteen clients publish, correct and read at once while things are broken under them.

`python -m tests.soak` for SECONDS, by the seed SEED, below VAR. It prints a report, and exits with
1 where a promise was broken. docs/faults.md says what is promised, and has a long run's report.
"""
