"""Comments: search, notes, masks and the workbook."""
