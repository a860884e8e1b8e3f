"""The files of a scorecard."""
