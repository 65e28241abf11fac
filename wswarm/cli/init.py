"""`wswarm init`: a file of settings to begin with."""

import argparse
from pathlib import Path

from wswarm.cli.settings.files import OWN_FILE
from wswarm.cli.terminal import say
from wswarm.errors import PlanError, ResultError

_CONTENT = """\
## Settings of wswarm. Take the first # away from what you want to set.
##
## They hold for every measurement that is started in this folder or below it:
##     wswarm echo
## and as a plan, which measures the scenarios below one after another:
##     wswarm run wswarm.toml
##
## Names are those of the long options, see 'wswarm echo --help'. An option goes before
## a variable of the environment (WSWARM_CONNECT_RATE), that before this file.
## 'wswarm run wswarm.toml --print plan' shows what would be measured, and why.

## The service; without it 'wswarm run' starts the reference application:
##     url = "wss://chat.example/ws"
## What has to be secret is best kept in the environment:
##     header = ["Authorization: Bearer ${TOKEN}"]

# duration = "10s"
# connect-rate = "500/s"
# slo = ["lost==0"]
# output = "reports/wswarm"

# [scenarios.connect]
# connections = 100

# [scenarios.echo]
# connections = 10
# rate = "100/s"
# slo = ["p50<1s", "lost==0"]

## A second one of a kind has a name of its own, and says what it is.
# [scenarios.busy]
# scenario = "echo"
# rate = "400/s"

# [scenarios.fanout]
# connections = 50
# rate = "5/s"
"""


def write_settings(_parsed: argparse.Namespace) -> int:
    """Write the file, which must not be there yet, and return 0.

    Raises:
        PlanError: it is there. ResultError: it can't be written.
    """
    path = Path(OWN_FILE)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_CONTENT)
    except FileExistsError:
        raise PlanError(f"{path} is there already and stays as it is: move it away first") from None
    except OSError as error:
        raise ResultError(f"{path} can't be written: {error.strerror}; choose a folder of yours") from None
    say(f"{path} is written: see what is in it, then 'wswarm run {path}'")
    return 0
