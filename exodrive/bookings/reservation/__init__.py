"""From looking for a car to the order at PayPal: what is free, the hold, the details, the agreed price."""
