"""What programs can ask for: the JSON API, described by itself."""
