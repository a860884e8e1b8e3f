"""Scoring: points, intervals and verdicts of answers. Pure: arrays in, frozen results out."""
