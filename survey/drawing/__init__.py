"""How is a number, a table or a picture set? For anybody who shows one."""
