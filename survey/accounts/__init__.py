"""Signing in, officials, units, and tokens for programs."""
