"""Bookings: from the wish for a car to the last cent, read from `states` outwards.

Here lie the table of states and what moves a booking along it; the packages below serve one moment each:
`quote` and `reservation` before the car is promised, `change` while it is, `deposit`, `money` and `by_hand`
whenever money moves, `charge` and `after_return` once it is back. No package imports one that imports it.
"""
