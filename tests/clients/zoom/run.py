"""Runs the vendor's sample program and shows what it read.

    python run.py BASE_URL TOKEN ACCOUNT_ID INVOICE_ID

Only these four texts are replaced in the program. What it prints goes to stdout as it is; then follow the line
`--- seen ---` and one JSON object:

    assignments  every text and number that the program assigned, as [name, value] in order (its variables are
                 overwritten in its loop, so the last values alone would not show the first item)
    status       the last HTTP status that its `http` object had
    body         what its `sbResponseBody` holds: for a status from 400 on, the library tells the program that
                 the call failed, which then prints the library's log and ends before it looks at the body
"""

import json
import pathlib
import sys

from restore import HERE, restored

MARK = "--- seen ---"


class Recorder(dict):
    """The program's variables, which remember each assignment."""

    def __init__(self):
        super().__init__()
        self.assignments = []

    def __setitem__(self, name, value):
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            self.assignments.append([name, value])
        super().__setitem__(name, value)


def main():
    base_url, token, account, invoice = sys.argv[1:]
    program = (HERE / "get_invoice_details.py").read_text()
    if program != restored((HERE / "as_published.txt").read_text()):
        sys.exit("get_invoice_details.py is not what restore.py makes of as_published.txt")
    for placeholder, value in [
        ("https://api.zoom.us/v2", base_url),
        (":accountId", account),
        (":invoiceId", invoice),
        ('"<access_token>"', json.dumps(token)),
    ]:
        if placeholder not in program:
            sys.exit(f"the program has no {placeholder}")
        program = program.replace(placeholder, value)
    variables = Recorder()
    try:
        exec(compile(program, "get_invoice_details.py", "exec"), {"__name__": "__main__"}, variables)
    finally:
        print(MARK)
        http, body = variables["http"], variables["sbResponseBody"]
        seen = {"assignments": variables.assignments, "status": http.LastStatus, "body": body.GetAsString()}
        print(json.dumps(seen))


main()
