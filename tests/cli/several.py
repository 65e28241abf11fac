"""Several commands in one process, which isn't the test's: `python -m tests.cli.several FOLDER COMMANDS`."""

import json
import sys
from pathlib import Path

from tests.cli.command import in_process

if __name__ == "__main__":
    ends = [in_process(*arguments, cwd=Path(sys.argv[1])) for arguments in json.loads(sys.argv[2])]
    sys.stdout.write(json.dumps(ends))
