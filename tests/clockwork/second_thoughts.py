"""Guests who want the car for longer or shorter than they have ordered, as the booking page lets them."""

from __future__ import annotations

from datetime import timedelta

from exodrive.bookings import changes, queries
from exodrive.bookings.change import change_tokens, changing
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.states import UNPAID
from exodrive.contracts import issuing
from exodrive.kernel import clock
from exodrive.kernel.actors import CUSTOMER
from exodrive.kernel.db import transaction
from exodrive.payments import tree
from tests import rental
from tests.clockwork import ways
from tests.clockwork.branches import Branch
from tests.clockwork.persons import Person

DEARER, CHEAPER = "dearer", "cheaper"
# What it is called, by the wish and by whether the rental was paid.
UNPAID_BRANCH = {DEARER: Branch.DEARER_UNPAID, CHEAPER: Branch.CHEAPER_UNPAID}


class SecondThoughts(Person):
    """A guest who changes the return; `wish` is DEARER, CHEAPER or nothing."""

    wish = ""
    pays_for_it = True

    def _change(self) -> None:
        """Look at what it would cost, and say yes to that."""
        unpaid = self._booking().state in UNPAID
        wish, self.wish = self.wish, ""
        branch = UNPAID_BRANCH[wish] if unpaid else Branch.CHEAPER if wish == CHEAPER else None
        self._try(lambda: self._agree(wish), branch)

    def _agree(self, wish: str) -> None:
        at = clock.now()
        booking = queries.by_id(self._id)
        days = timedelta(days=2) if wish == DEARER else -(booking.return_at - booking.pickup_at) / 2
        return_at = ways.weekday((booking.return_at + days).replace(hour=booking.return_at.hour, minute=0))
        found = changing.preview(self._id, Wanted(return_at=return_at), at=at)
        token = change_tokens.sign(found, secret=rental.KEY, by_staff=False, at=at)
        changing.agree(self._id, token, secret=rental.KEY, by=CUSTOMER, at=at)

    def _pay_for_change(self) -> None:
        """Approve the difference, where one waits for it; some let it run out."""
        with transaction():
            waiting = changes.waiting(self._id)
            if waiting is None or waiting.payment_id is None:
                return
            asked = next(row for row in tree.changes_of(self._id) if row.id == waiting.payment_id)
            paid = self.pays_for_it and self._approve(asked)
        self._around.took[Branch.DEARER if paid else Branch.DEARER_LEFT] += 1

    def _sign_addenda(self) -> None:
        with transaction():
            papers = [row for row in issuing.addenda(self._id) if row.submission_id is not None]
            for paper in papers:
                self._around.notary.sign(paper.submission_id or 0, at=clock.now())
            issuing.signer_returned(self._id)
