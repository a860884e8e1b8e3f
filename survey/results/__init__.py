"""What do the forms say? Results, certificates and scores of files; no sentences, no pictures."""
