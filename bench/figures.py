"""What a measurement says: its percentiles, one line for each thing measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not exceeded by `share` of them (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def table(title: str, measured: Mapping[str, Sequence[float]]) -> str:
    """Percentiles in milliseconds; what was measured is in seconds."""
    width = max(len(title), *(len(name) for name in measured))
    lines = [f"{title:{width}} {'n':>6} {'p50':>9} {'p95':>9} {'p99':>9} {'most':>9}  ms"]
    for name, values in measured.items():
        figures = [percentile(values, share) for share in (0.5, 0.95, 0.99, 1)]
        row = "".join(f" {figure * 1000:9.1f}" for figure in figures)
        lines.append(f"{name:{width}} {len(values):6}{row}")
    return "\n".join(lines)
