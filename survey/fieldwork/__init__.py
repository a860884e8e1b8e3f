"""Fieldwork: campaigns, desks, codes, posters."""
