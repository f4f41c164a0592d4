"""The demo house's cars: invented makes, so that nobody's trade mark is rented out here."""

from __future__ import annotations

from typing import Any, NamedTuple


class DemoCar(NamedTuple):
    """One car as data. Price and deposit in whole dollars."""

    slug: str
    make: str
    model: str
    year: int
    category: str
    body: str
    paint: str
    colour: str
    stage_name: str
    engine: str
    power_hp: int
    zero_to_sixty: str
    top_speed_mph: int
    transmission: str
    drivetrain: str
    seats: int
    tank_gallons: int
    price: int
    deposit: int | None
    odometer: int
    tagline: str
    description: str
    features: tuple[str, ...]
    featured: bool = False
    minimum_days: int = 1
    minimum_age: int = 0


# slug, name, plural, minimum age, years with a licence
CATEGORIES: tuple[tuple[str, str, str, int, int], ...] = (
    ("supercar", "Supercar", "Supercars", 27, 4),
    ("exotic", "Hypercar", "Hypercars", 30, 8),
    ("sports", "Grand tourer", "Grand tourers", 25, 2),
    ("convertible", "Convertible", "Open cars", 25, 2),
    ("luxury-sedan", "Sedan", "Sedans", 25, 2),
    ("luxury-suv", "SUV", "SUVs", 25, 2),
    ("classic", "Classic", "Classics", 30, 8),
)

CARS: tuple[DemoCar, ...] = (
    DemoCar("aurelia-gt", "Aurelia", "GT", 2023, "sports", "gt-coupe", "6a1522", "Bordeaux", "V12", "6.5 V12",
            788, "2.9", 211, "7-speed dual clutch", "Rear-wheel drive", 2, 24, 895, 5000, 11860,
            "A naturally aspirated twelve ahead of you, luggage for two behind you.",
            "Quiet at fifty, unmistakable at five thousand. Bordeaux over saddle leather.",
            ("Saddle leather", "Luggage for two", "Ceramic brakes", "Front lift"), featured=True),
    DemoCar("aurelia-gt-green", "Aurelia", "GT Verde", 2022, "sports", "gt-coupe", "1d3a2c", "Racing green",
            "V12", "6.5 V12", 788, "2.9", 211, "7-speed dual clutch", "Rear-wheel drive", 2, 24, 895, 5000, 15402,
            "The same twelve, in the green it was always meant to wear.",
            "Tan hides, a flat floor behind the seats and a tank for four hundred miles.",
            ("Tan hides", "Glass roof", "Ceramic brakes", "Front lift")),
    DemoCar("calder-brake", "Calder", "Brake", 2021, "sports", "shooting-brake", "8b9096", "Pewter", "BRAKE",
            "6.3 V12", 680, "3.4", 208, "7-speed dual clutch", "All-wheel drive", 4, 24, 795, None, 20117,
            "Four seats, a long roof and twelve cylinders: the sensible one.",
            "Takes skis, a dog or two weekend bags, and does not slow down for any of them.",
            ("Four seats", "Fifteen cubic feet of boot", "Ski hatch", "All-wheel drive")),
    DemoCar("corsara-v10", "Corsara", "V10", 2024, "supercar", "mid-engine", "c8471b", "Amber", "V10", "5.2 V10",
            631, "2.9", 201, "7-speed dual clutch", "All-wheel drive", 2, 21, 1290, 6000, 8412,
            "Ten cylinders an arm's length behind your head.",
            "It revs to 8,500 and sounds like nothing that will be built again.",
            ("Front lift", "Rear camera", "Ceramic brakes", "Sport exhaust")),
    DemoCar("corsara-v10-spyder", "Corsara", "V10 Lumen", 2023, "supercar", "mid-engine", "d9b310", "Saffron",
            "V10", "5.2 V10", 602, "3.3", 201, "7-speed dual clutch", "Rear-wheel drive", 2, 21, 1190, 6000, 12904,
            "The lighter one, driven by its rear wheels alone.",
            "Less car between you and the road, and a little more of everything else.",
            ("Rear-wheel drive", "Carbon seats", "Sport exhaust", "Rear camera")),
    DemoCar("strada-tt", "Strada", "Turbo T", 2024, "supercar", "mid-engine", "1c2f4f", "Midnight", "TURBO",
            "4.0 twin-turbo V8", 710, "2.8", 212, "7-speed dual clutch", "Rear-wheel drive", 2, 19, 1390, 7000, 5230,
            "Seven hundred horsepower that idle like a sedan.",
            "Doors that open upward, a cabin you can see out of, and a nose that lifts at the press of a button.",
            ("Carbon tub", "Front lift", "Surround cameras", "Memory seats")),
    DemoCar("noctua-r", "Noctua", "R", 2022, "exotic", "hypercar", "1f3d7a", "Cobalt", "W16", "Hybrid W16",
            1479, "2.3", 261, "7-speed dual clutch", "All-wheel drive", 2, 26, 3800, 25000, 3120,
            "Sixteen cylinders, four turbochargers, one key.",
            "We come along for the first ten miles, because it deserves an introduction.",
            ("Introduction drive", "Enclosed delivery", "Carbon monocoque", "Two-piece key"), minimum_days=2),
    DemoCar("noctua-s", "Noctua", "S", 2023, "exotic", "hypercar", "2b2d31", "Graphite", "HYBRID",
            "Hybrid V8", 986, "2.5", 211, "8-speed dual clutch", "All-wheel drive", 2, 18, 2400, 15000, 6044,
            "Silent out of the garage, anything but after that.",
            "Fifteen miles on electricity alone, then eight cylinders and three motors together.",
            ("Electric start", "Front lift", "Enclosed delivery", "Track telemetry")),
    DemoCar("solenne-spider", "Solenne", "Spider", 2023, "convertible", "convertible", "0f4c4a", "Deep green",
            "SPIDER", "3.9 twin-turbo V8", 612, "3.4", 199, "8-speed dual clutch", "Rear-wheel drive", 2, 21, 690,
            4000, 14208, "The roof goes down in fourteen seconds, at up to thirty miles an hour.",
            "An open car that is as good closed. Heated seats and a warm collar for December.",
            ("Neck warmers", "Wind deflector", "Heated seats", "Folding hard top")),
    DemoCar("solenne-spider-white", "Solenne", "Spider Alba", 2024, "convertible", "convertible", "d8d6cf",
            "Pearl", "SPIDER", "3.9 twin-turbo V8", 612, "3.4", 199, "8-speed dual clutch", "Rear-wheel drive", 2,
            21, 720, 4000, 6891, "Pearl over navy, for the long way to the shore.",
            "Everything the green one does, with a louder stereo and a quieter colour.",
            ("Neck warmers", "Wind deflector", "Concert sound", "Folding hard top")),
    DemoCar("harrowgate-eight", "Harrowgate", "Eight", 2024, "luxury-sedan", "sedan", "23262b", "Carriage black",
            "EIGHT", "6.6 V12", 563, "4.6", 155, "8-speed automatic", "All-wheel drive", 5, 24, 640, None, 18050,
            "The rear seats are the good ones; the front seats are better.",
            "For an arrival, or for four hundred miles without one word raised.",
            ("Rear lounge seats", "Refrigerator", "Rear-axle steering", "Night vision")),
    DemoCar("harrowgate-six", "Harrowgate", "Six", 2025, "luxury-sedan", "sedan", "5a5f63", "Slate", "SIX",
            "4.0 V8", 542, "4.1", 180, "8-speed automatic", "All-wheel drive", 5, 24, 520, None, 9310,
            "Smaller outside, just as calm inside.",
            "Made to be driven by its owner; for a few days that is you.",
            ("Massage seats", "Rear-axle steering", "Open-pore walnut", "Night vision")),
    DemoCar("bramante-s", "Bramante", "S", 2024, "luxury-suv", "suv", "3d4a3f", "Olive", "SUV",
            "4.0 twin-turbo V8", 657, "3.3", 190, "8-speed automatic", "All-wheel drive", 5, 22, 590, None, 21400,
            "Five seats, five suitcases, and 190 miles an hour.",
            "The one to take when everybody comes along. Tows nothing, overtakes everything.",
            ("Five seats", "Panoramic roof", "Air suspension", "Surround cameras")),
    DemoCar("linnet-38", "Linnet", "3.8", 1964, "classic", "classic-roadster", "7b8f86", "Willow", "1964",
            "3.8 inline six", 265, "6.7", 149, "4-speed manual", "Rear-wheel drive", 2, 14, 450, 8000, 71230,
            "Four gears, two seats, no screens.",
            "Serviced before every rental. We show you the choke, the overdrive and the trick with the door.",
            ("Manual gearbox", "Wire wheels", "Leather straps", "Introduction drive"), minimum_age=30),
)  # fmt: skip


def columns(car: DemoCar, *, number: int) -> dict[str, Any]:
    """The car as its row's columns, in minor units, with a VIN and plate made from its number."""
    row = car._asdict()
    for name in ("category", "price", "deposit", "features"):
        del row[name]
    return {
        **row,
        "vin": f"EXD{number:014d}",
        "plate": f"EXO {number:03d}",
        "daily_price": car.price * 100,
        "deposit": None if car.deposit is None else car.deposit * 100,
        "currency": "USD",
        "features": [{"text": text, "highlighted": place < 2} for place, text in enumerate(car.features)],
        "specifications": {},
        "miles_per_day": None,
        "extra_mile": None,
        "visible": True,
        "available": True,
    }
