"""Receiving a response: the respondent's way from the code at the desk to the receipt."""
