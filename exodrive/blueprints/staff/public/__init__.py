"""What the public reads and writes: the texts of the site, reviews, and letters from the contact page."""
