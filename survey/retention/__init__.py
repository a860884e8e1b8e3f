"""What is stored until when: deleting single responses on time, and the pages that say so."""
