"""Who may look: sign-in, people, passwords."""
