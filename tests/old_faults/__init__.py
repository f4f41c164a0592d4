"""What the first ExoDrive and its rivals got wrong: each has its test here, as docs/old-faults.md lists them.

`house` has those that show inside the house, `providers` those between it and its providers, `pages` those on
the screens. A test's docstring says what was wrong then.
"""
