"""One file format each: write(results) and nothing else."""
