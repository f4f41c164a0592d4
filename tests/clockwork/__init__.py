"""A house through half a year in minutes: random rentals, by a clock that leaps to what is due next.

The outside world is played in this process: a bank that knows PayPal's rules of time, a notary, a postman.
Everything else is the house's own: its pages' use cases, its workers, its scheduler, its database.
"""
