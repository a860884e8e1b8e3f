"""What is kept: all tables and all SQL."""
