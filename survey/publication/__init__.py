"""Publication: the public summary, its badge, links for readers without an account, weekly summaries."""
