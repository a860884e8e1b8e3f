"""Authoring: the versions of questionnaires, published from files."""
