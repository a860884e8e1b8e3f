"""Questionnaires and scorecards: parsing, routing, answers. Pure: no clock, no files, no database."""
