"""The words that a house has before it writes its own. They name no town, no price and no person."""

from __future__ import annotations

from exodrive.site.slots import Words

FIRST_WORDS: dict[str, Words] = {
    "hero": {
        "headline": "Keep the key for a weekend.",
        "lead": "One price, every line explained, before you sign anything.",
    },
    "steps": {
        "headline": "Booked in a minute and a half. Kept to the letter.",
        "title_1": "Choose the dates",
        "text_1": "You see the cars that are really free then, and the whole price of each.",
        "title_2": "Hold the car",
        "text_2": "It is yours while you fill in who drives. Nobody can take it from you meanwhile.",
        "title_3": "Pay and sign",
        "text_3": "PayPal holds the money, and you sign the agreement on any screen. Both take minutes.",
        "title_4": "Get the keys",
        "text_4": "We walk around the car together and take photos. They count when it comes back.",
    },
    "area": {
        "headline": "We bring the car to you",
        "text": "Come to the house, or have the car at your door. The way there and back is part of the "
        "price that you see before you book.",
        "short": "At the house, or at your door",
    },
    "closing": {
        "headline": "The keys are here.",
        "text": "Choose the dates and see which cars are free, or ask us first.",
    },
    "about": {
        "headline": "A garage, not a call center",
        "lead": "We rent a few cars that we know well, to people who look after them.",
        "text": "Every car here is ours. We service it, wash it and drive it before you do, and we know "
        "what it sounds like on a cold morning.\n\n"
        "We keep to three things:\n\n"
        "- The price you see is the price you pay. Each line says why it is there.\n"
        "- The deposit is held, not charged, and it is released on the day that the policies name.\n"
        "- Marks on the car are settled by photos that both of us have seen.\n\n"
        "If something goes wrong, you talk to the person who gave you the keys.",
    },
    "contact": {
        "headline": "Ask the desk",
        "lead": "About a car, a date or a booking. A person reads it.",
        "answer": "We answer within two hours while the desk is open.",
    },
}  # fmt: skip

# Question, answer.
FIRST_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "What do I need to rent?",
        "A licence that is valid until after the return, and proof of your own full-coverage insurance. Some "
        "cars ask for more years of age or of driving; their page says so before you choose dates.",
    ),
    (
        "Is the deposit charged?",
        "No. PayPal holds it, which takes it out of reach but not out of your account. It is released after "
        "the return, less charges that you have been shown with photos.",
    ),
    (
        "Can I cancel?",
        "Yes, on the page of your booking, without a call. It is free until the time that is named there; "
        "later part of the price is kept. The amount is shown before you agree.",
    ),
    (
        "Can somebody else drive?",
        "Whoever is named in the booking with a licence of their own. You add them while you book or later, "
        "until the agreement is signed.",
    ),
    (
        "What if I come back late?",
        "Call us. Half an hour costs nothing. After that hours are charged, then a day, as the policies say.",
    ),
    (
        "Where may I take the car?",
        "Within the area that the agreement names. Ask before you leave it: often the answer is yes.",
    ),
)
