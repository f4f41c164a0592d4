"""A car, as the API shows it. What only the house knows (plate, VIN, odometer) is not here."""

from __future__ import annotations

from typing import Any, Self

from pydantic import ConfigDict

from exodrive.blueprints import pictures
from exodrive.blueprints.api import answers
from exodrive.blueprints.api.shapes import Id, Money, Shape
from exodrive.fleet import models
from exodrive.fleet.photo_models import CarPhoto, PhotoRendition
from exodrive.kernel import money
from exodrive.storage import renditions

EXAMPLE: dict[str, Any] = {
    "id": "019ab3f2-7c5e-7d10-9a41-6f2f6f0f8a11",
    "slug": "aurelia-gt",
    "make": "Aurelia",
    "model": "GT",
    "year": 2024,
    "category": {"slug": "sports", "name": "Sports car"},
    "tagline": "The long way round, on purpose.",
    "description": "A grand tourer for two, with room for a weekend.",
    "colour": "Deep bordeaux",
    "engine": "4.0 V8 twin turbo",
    "power_hp": 612,
    "zero_to_sixty": "3.4",
    "top_speed_mph": 205,
    "transmission": "8-speed automatic",
    "drivetrain": "RWD",
    "seats": 2,
    "features": ["Glass roof"],
    "day_rate": {"amount": 89500, "currency": "USD"},
    "deposit": {"amount": 500000, "currency": "USD"},
    "miles_per_day": 100,
    "extra_mile": {"amount": 500, "currency": "USD"},
    "minimum_days": 1,
    "minimum_age": 25,
    "available": True,
    "page": "https://rentals.example/cars/aurelia-gt",
    "cover": {
        "alt": "From behind, at the quay",
        "focus_x": 50,
        "focus_y": 60,
        "files": [
            {
                "url": "https://rentals.example/photos/5b0c1f0e6a4d4f3f8f0b6f1f6f0f8a11.avif",
                "type": "image/avif",
                "width": 1600,
                "height": 1067,
            }
        ],
    },
}
WITH_PHOTOS: dict[str, Any] = {**EXAMPLE, "photos": [EXAMPLE["cover"]]}


class Category(Shape):
    """A kind of car."""

    slug: str
    name: str


class PhotoFile(Shape):
    """A photo in one format and size."""

    url: str
    """Kept for good: another picture has another address."""
    type: str
    """The media type: AVIF, WebP or JPEG."""
    width: int
    height: int

    @classmethod
    def of(cls, made: PhotoRendition) -> Self:
        return cls(
            url=answers.public_address("pictures.show", name=made.name),
            type=renditions.MEDIA_TYPES[made.format],
            width=made.width,
            height=made.height,
        )


class Photo(Shape):
    """A photo of a car, whole."""

    alt: str
    """What is to be seen, in words; empty where the house has written none."""
    focus_x: int
    """What no crop may lose, in percent from the left."""
    focus_y: int
    """The same, from the top."""
    files: tuple[PhotoFile, ...]
    """The same photo in every format and size, the narrowest first."""

    @classmethod
    def of(cls, photo: CarPhoto) -> Self:
        return cls(
            alt=photo.alt,
            focus_x=photo.focus_x,
            focus_y=photo.focus_y,
            files=tuple(PhotoFile.of(made) for made in photo.renditions if made.crop == "whole"),
        )


class Car(Shape):
    """A car of the fleet."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: Id
    slug: str
    """Its name in addresses."""
    make: str
    model: str
    year: int
    category: Category
    tagline: str
    description: str
    colour: str
    engine: str
    power_hp: int
    zero_to_sixty: str
    """Seconds from a standstill to 60 mph."""
    top_speed_mph: int
    transmission: str
    drivetrain: str
    seats: int
    features: tuple[str, ...]
    day_rate: Money
    """A day before seasons, discounts, extras and taxes."""
    deposit: Money | None
    """The car's own security deposit; null: the policy's share of the total."""
    miles_per_day: int | None
    """Miles that a day includes; null: as the house's policy says."""
    extra_mile: Money | None
    """Each mile beyond; null: as the house's policy says."""
    minimum_days: int
    minimum_age: int
    """What the car itself asks of its drivers. Category and house may ask for more."""
    available: bool
    """Whether the house rents it out at present."""
    page: str
    """Its page for people."""
    cover: Photo | None
    """Null where the car has no photos."""

    @classmethod
    def of(cls, car: models.Car) -> Self:
        """The covers of all cars of an answer are read at once."""
        cover = pictures.cover_of(car)
        return cls(
            id=car.id,
            slug=car.slug,
            make=car.make,
            model=car.model,
            year=car.year,
            category=Category(slug=car.category.slug, name=car.category.name),
            tagline=car.tagline,
            description=car.description,
            colour=car.colour,
            engine=car.engine,
            power_hp=car.power_hp,
            zero_to_sixty=car.zero_to_sixty,
            top_speed_mph=car.top_speed_mph,
            transmission=car.transmission,
            drivetrain=car.drivetrain,
            seats=car.seats,
            features=tuple(str(feature["text"]) for feature in car.features),
            day_rate=Money.of(car.day_rate),
            deposit=_money(car.deposit, car.currency),
            miles_per_day=car.miles_per_day,
            extra_mile=_money(car.extra_mile, car.currency),
            minimum_days=car.minimum_days,
            minimum_age=car.minimum_age,
            available=car.available,
            page=answers.public_address("catalog.car", slug=car.slug),
            cover=None if cover is None else Photo.of(cover),
        )


class CarWithPhotos(Car):
    """A car of the fleet with all its photos."""

    model_config = ConfigDict(json_schema_extra={"examples": [WITH_PHOTOS]})

    photos: tuple[Photo, ...]
    """In the house's order, the cover first."""

    @classmethod
    def of(cls, car: models.Car) -> Self:
        return cls(**dict(Car.of(car)), photos=tuple(Photo.of(photo) for photo in pictures.photos_of(car)))


class CarPage(Shape):
    """A page of cars."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE], "next": None}]})

    items: tuple[Car, ...]
    next: str | None
    """The cursor of the next page; null on the last one."""


def _money(amount: int | None, currency: str) -> Money | None:
    return None if amount is None else Money.of(money.Money(amount, currency))
