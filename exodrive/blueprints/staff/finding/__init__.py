"""Finding anything at the desk: bookings, people, cars, deeds and pages, by a few letters."""
