"""Handing out results: one path from stored responses to screen, picture and file."""
