"""Faults on demand: which rules are armed, when one strikes, and what it does to an answer or a webhook.

A rule waits for calls of one operation, or for events of one type, and strikes so and so often. It is made by
`/faults` and kept with the simulators' state. What each kind does is written in `catalog.py`.
"""
