"""WHAT PEOPLE WROTE: comments found, read, sorted and noted, masked before anybody sees them."""
