"""What cancelling now means for the customer's money, shown before anybody agrees to it."""

from __future__ import annotations

from dataclasses import dataclass

from exodrive.blueprints.staff.facts import Facts
from exodrive.bookings.policy import CancellationTerms
from exodrive.kernel.money import Money
from exodrive.payments import tree


@dataclass(frozen=True, slots=True)
class Outcome:
    """The policy's fee, and what was taken or is held of the rental."""

    terms: CancellationTerms
    captured: Money
    held: Money

    @property
    def fee(self) -> Money:
        return self.terms.fee

    @property
    def refund(self) -> Money:
        """What goes back of the money that was taken."""
        return max(self.captured - self.fee, Money.zero(self.fee.currency))

    @property
    def released(self) -> Money:
        """What PayPal holds and lets go of."""
        return max(self.held - self.fee, Money.zero(self.fee.currency))


def of(facts: Facts) -> Outcome | None:
    """None where the booking cannot be cancelled any more."""
    if facts.terms is None:
        return None
    nothing = Money.zero(facts.booking.currency)
    rental = facts.rental
    captured = tree.captured(rental) - tree.refunded(rental) if rental else nothing
    live = tree.live_authorization(rental) if rental and not captured else None
    return Outcome(facts.terms, captured, Money(live.amount, live.currency) if live else nothing)
