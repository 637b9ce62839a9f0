"""Gives the vendor's Python sample its indentation back.

The page "Python / Zoom API / Get invoice details" prints the program without any leading blanks
(as_published.txt). Python needs them, and the program leaves no doubt where they were:

* a line that ends with a colon opens a block;
* a block of an `if` ends with its `sys.exit()`;
* the block of the `while` ends with its `i = i + 1`, the last line.

Nothing else is touched. `python3 restore.py` writes get_invoice_details.py; the test compares that file with
what this makes of the published text.
"""

import pathlib

HERE = pathlib.Path(__file__).resolve().parent
NOTE = "# The vendor's sample with its indentation restored by restore.py. Do not edit.\n"
LAST_OF_A_BLOCK = ("sys.exit()", "i = i + 1")


def restored(published):
    lines = []
    depth = 0
    for line in published.splitlines():
        lines.append("    " * depth + line)
        if line in LAST_OF_A_BLOCK:
            depth -= 1
        elif line.rstrip().endswith(":") and not line.startswith("#"):
            depth += 1
    if depth != 0:
        raise ValueError("a block is left open")
    return NOTE + "\n".join(lines) + "\n"


if __name__ == "__main__":
    (HERE / "get_invoice_details.py").write_text(restored((HERE / "as_published.txt").read_text()))
