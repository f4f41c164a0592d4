"""The demo house's agreement: its terms in the language of the contract, ready for `AgreementRules.terms`.

An example of what such terms cover, not legal advice: a house has its own checked by its lawyer. A term opens
with its title, ended by a full stop. Figures stay in the policies, which are printed beside the terms.
"""

from __future__ import annotations

AGREEMENT_TERMS: tuple[str, ...] = (
    "Personal use. The car is rented for the personal use of the drivers named in this agreement. It is "
    "not used to carry people or goods for pay, to race, to be timed, to teach driving, to tow, or on a "
    "track.",
    "Drivers. Only the drivers named in this agreement take the wheel. Each has a valid licence with "
    "them, is fit to drive, and has had no alcohol or any drug that impairs. The renter answers for every "
    "one of them.",
    "Area. The car stays within the District of Columbia, Maryland and Virginia. Taking it anywhere else "
    "needs the house's written consent before the trip.",
    "No sub-letting. The renter does not rent, lend, sell or pledge the car, and does not hand this "
    "agreement over to anybody else.",
    "Insurance. The renter keeps full-coverage insurance that extends to this rental in force until the "
    "car is back, and reports every accident to the insurer. Loss that the insurer does not pay is the "
    "renter's where the law puts it on the renter.",
    "Tolls, fines and fuel. Tolls, parking, fines and towing during the rental are the renter's, also "
    "when notice of them comes weeks later. The car returns with as much fuel as it left with, of the "
    "grade named in the policies; what is missing is charged by the fuel policy.",
    "Mileage. The price includes the miles named in this agreement. The odometer at hand-over and at "
    "return decides, and each mile beyond is charged at the price named here.",
    "Location and camera. The car carries a GPS locator and a camera that looks at the road. Their "
    "records are used to find the car and to settle accidents, fines and disputes, and are deleted when "
    "they are no longer needed for that. The renter tells everybody who rides along and leaves both in "
    "place.",
    "Security deposit. The deposit is held on the renter's payment account before the keys are given. "
    "Charges under this agreement may be taken from it, each with its reason and proof. What is left is "
    "released within the time that the deposit policy names.",
    "Return and extension. The car comes back at the time and place named here. A longer rental needs an "
    "addendum signed by both sides before that time. Without one, the late return policy applies, and a "
    "car that is kept in spite of being asked for may be reported as missing.",
    "Care and smoking. Nobody smokes or vapes in the car. Pets travel only by agreement. The car is "
    "locked and its keys kept safe, its warning lights are heeded, and driver aids stay switched on. "
    "Cleaning beyond the usual is charged at cost.",
    "Damage and breakdown. The renter stops where it is safe, calls the police after any accident, and "
    "tells the house at once, whoever is at fault. Nobody but the house arranges repairs or towing. "
    "Photos and reports made together at hand-over and return show what is new.",
    "Cancellation. The renter may cancel under the cancellation policy printed with this agreement. Where "
    "the house cannot provide the car, it offers one of the same kind or better, or returns all that was "
    "paid.",
    "Law. Maryland law applies, whatever its rules on conflicts say, and protections that a consumer "
    "cannot give up stay untouched. If one term cannot be enforced, the others stand. Changes are valid "
    "when both sides have signed them.",
)
