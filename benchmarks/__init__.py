"""How fast the product is, always beside a bare application on the same server. See docs/performance.md."""
