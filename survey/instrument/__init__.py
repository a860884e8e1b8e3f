"""What is asked: questionnaires, routing, answers. Pure: no clock, no files, no database."""
