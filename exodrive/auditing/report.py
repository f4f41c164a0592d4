"""A report in words, and as JSON whose form is kept: see `docs/audit.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from exodrive.auditing.examining import Answered, Examined, Report
from exodrive.auditing.promises import Finding, Severity

FORM = 1  # of the JSON: raised when a field changes its meaning or goes


def in_words(report: Report) -> Iterator[str]:
    """The report line by line."""
    for examined in report.promises:
        yield from _promise(examined)
    yield ""
    yield _sum(report)


def _promise(examined: Examined) -> Iterator[str]:
    mark = "ok"
    if examined.found(Severity.ATTENTION):
        mark = "look"
    if examined.found(Severity.BREACH):
        mark = "BREACH"
    promise = examined.promise
    yield f"  {mark:<6}  {promise.says}: {examined.checked:,} {promise.of}"
    for answer in examined.answers:
        yield from _answer(answer)


def _answer(answer: Answered) -> Iterator[str]:
    question = answer.question
    yield f"          {answer.severity} {question.code}: {answer.total:,}, each of which {question.says}"
    for finding in answer.named:
        yield f"            {_finding(finding)}"
    if answer.total > len(answer.named):
        yield f"            … and {answer.total - len(answer.named):,} more"


def _finding(finding: Finding) -> str:
    name = (
        f"{finding.reference} ({finding.subject} {finding.id})"
        if finding.reference
        else (f"{finding.subject} {finding.id}")
    )
    facts = ", ".join(f"{key.replace('_', ' ')} {_plain(value)}" for key, value in finding.facts.items())
    return f"{name}: {facts}" if facts else name


def _sum(report: Report) -> str:
    promises = len(report.promises)
    broken = sum(1 for each in report.promises if each.found(Severity.BREACH))
    state = "All promises are kept" if not broken else f"{broken} of {promises} promises are broken"
    breaches, things = report.breaches, report.attentions
    return (
        f"{state}: {breaches:,} {'breach' if breaches == 1 else 'breaches'}, "
        f"{things:,} {'thing' if things == 1 else 'things'} for a person to look at."
    )


def as_json(report: Report) -> str:
    """The report for programs."""
    return json.dumps(document(report), indent=1, ensure_ascii=False)


def document(report: Report) -> dict[str, Any]:
    return {
        "form": FORM,
        "looked_at": report.looked_at.isoformat(),
        "business_time": report.at.isoformat(),
        "house_closed": report.closed,
        "files_read": report.with_files,
        "breaches": report.breaches,
        "attention": report.attentions,
        "promises": [
            {
                "code": examined.promise.code,
                "says": examined.promise.says,
                "checked": examined.checked,
                "of": examined.promise.of,
                "seconds": round(examined.seconds, 3),
                "breaches": examined.found(Severity.BREACH),
                "attention": examined.found(Severity.ATTENTION),
                "found": [_answer_document(answer) for answer in examined.answers],
            }
            for examined in report.promises
        ],
    }


def _answer_document(answer: Answered) -> dict[str, Any]:
    return {
        "code": answer.question.code,
        "severity": str(answer.severity),
        "says": answer.question.says,
        "total": answer.total,
        "findings": [
            {
                "subject": finding.subject,
                "id": finding.id,
                "reference": finding.reference,
                "facts": {name: _plain(value) for name, value in finding.facts.items()},
            }
            for finding in answer.named
        ],
    }


def _plain(value: Any) -> Any:
    """As JSON has it: times in ISO 8601, ids as text, sums of the database as whole numbers."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value)
    return str(value) if isinstance(value, UUID) else value
