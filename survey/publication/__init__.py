"""LETTING RESULTS OUT: the public summary page, its badge, and links for readers without an account."""
