"""Who may do what where: every route, role and unit."""
