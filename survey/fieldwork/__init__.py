"""Reaching people: campaigns, desks, collectors, posters."""
