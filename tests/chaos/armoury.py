"""Where the wishes lie that a process shall die at a point, and the traces of those that did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from exodrive.kernel.failpoints import ARMED, STRUCK


@dataclass(frozen=True, slots=True)
class Armoury:
    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Armoury:
        for name in (ARMED, STRUCK):
            (folder / name).mkdir(parents=True)
        return cls(folder)

    @property
    def settings(self) -> dict[str, str]:
        """What a process needs in its environment to look here."""
        return {"EXODRIVE_TEST_RUN": "1", "EXODRIVE_FAILPOINTS": str(self.folder)}

    def arm(self, point: str, *, arrival: int = 1) -> None:
        """Whoever comes to the point at this arrival dies there, once."""
        # Made elsewhere and moved, for a process may look at any moment.
        draft = self.folder / "draft"
        draft.write_text(str(arrival))
        draft.rename(self.folder / ARMED / point)

    def waiting(self) -> set[str]:
        """The points that nobody has died at yet."""
        return {file.name for file in (self.folder / ARMED).iterdir()}

    def disarm(self, points: Iterable[str]) -> None:
        for point in points:
            (self.folder / ARMED / point).unlink(missing_ok=True)

    def collect(self) -> list[str]:
        """The points at which processes have died since the last look."""
        traces = sorted((self.folder / STRUCK).iterdir(), key=lambda file: file.stat().st_ctime_ns)
        for trace in traces:
            trace.unlink()
        return [trace.name for trace in traces]
