"""How much a reader takes in, so that no file can hang a worker or fill its memory."""

MAX_BYTES = 200_000_000
"""A file as it came."""
MAX_UNPACKED = 500_000_000
"""What a workbook or a compressed table unpacks to, in bytes."""
MAX_CELLS = 5_000_000
"""Cells of a text file or of a workbook's sheet that are laid out one by one."""
MAX_LINES = 1_000_000
"""Records of a text that are laid out one by one, empty ones too."""
MAX_COLUMNS = 10_000
MAX_ROWS = 5_000_000
"""Rows of a long table, which is read by columns and not cell by cell."""
MAX_CELL_CHARS = 10_000
MAX_RECORD_CHARS = 2_000_000
"""One line of a text, or the lines that one quoted cell goes on over."""
MAX_TAGS = 6 * MAX_CELLS
"""Elements of all parts of an XLSX file: the reader of workbooks keeps something of each."""
MAX_REPEATED = 200_000_000
"""Characters of all cells of a workbook, each with the text that it shares with others."""
