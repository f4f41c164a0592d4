"""What comes up once the car is back: late charges, claims, tolls, what shows them, and objections."""
