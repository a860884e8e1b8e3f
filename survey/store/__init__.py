"""Storage: all tables and all SQL."""
