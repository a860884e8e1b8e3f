"""The steps of the database's schema. `survey/store/migrate.py` runs them."""
