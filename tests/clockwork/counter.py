"""What is done at the counter: keys and photos, money in cash, the settlement."""

from __future__ import annotations

from sqlalchemy import select

from exodrive.bookings import handover, transitions
from exodrive.bookings.condition_models import POSITIONS, ConditionPhoto, ReportKind
from exodrive.bookings.handover import PICKUP_CHECKS, Condition
from exodrive.bookings.models import Booking, Charge
from exodrive.bookings.money import settlement, takings
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.payments import receipts
from exodrive.payments.receipt_models import For, Method
from tests.clockwork.branches import Branch
from tests.clockwork.persons import MANAGER, Person


class AtTheCounter(Person):
    """A guest, and whoever stands on the other side."""

    def _take(self, purpose: For, branch: Branch) -> None:
        with transaction():
            wanted = takings.wanted(transitions.lock(self._id), purpose)
        if wanted:
            self._try(
                lambda: takings.take(
                    self._id, purpose=purpose, method=Method.CASH, amount=wanted, reference="1",
                    by=MANAGER, at=clock.now(),
                ),
                branch,
            )  # fmt: skip

    def _hand_back(self) -> None:
        """Give back over the counter what the desk still has of this guest's."""
        with transaction():
            owed = takings.owed(transitions.lock(self._id))
            rows = receipts.of_booking(self._id)
        for row in rows:
            part = min(owed, receipts.left(row, rows))
            if not part:
                continue
            owed -= part
            self._try(
                lambda row=row, part=part: takings.give_back(  # type: ignore[misc]
                    self._id, receipt_id=row.id, amount=part, method=None, reference="1",
                    reason="the rental is over", by=MANAGER, at=clock.now(),
                ),
                Branch.HANDED_BACK,
            )  # fmt: skip

    def _hand_over(self, booking: Booking) -> bool:
        def handed() -> None:
            self._photograph(ReportKind.PICKUP)
            found = transitions.lock(booking.id)
            condition = Condition(found.car.odometer, 8, PICKUP_CHECKS)
            handover.hand_over(booking.id, condition, by=MANAGER, at=clock.now())

        return self._try(handed)

    def _photograph(self, kind: ReportKind) -> None:
        """All photos at once: each by itself would take longer than the rest of the rental."""
        draft = handover.report(self._id, kind)
        draft.photos = [
            ConditionPhoto(
                id=new_id(), report_id=draft.id, position=position, file_id=self._around.photo_id,
                taken_at=clock.now(),
            )
            for position in POSITIONS
        ]  # fmt: skip
        session().flush()

    def _settled(self, *, bill: Money | None) -> None:
        with transaction():
            rows = session().scalars(select(Charge.id).where(Charge.booking_id == self._id))
            settlement.settle(self._id, charge_ids=set(rows), bill=bill, by=MANAGER, at=clock.now())
