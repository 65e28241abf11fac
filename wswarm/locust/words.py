"""What the engine says, in the words of Locust's command line."""

import re

_OPTIONS = {
    "-c or --connect-rate": "-u or -r",
    "(-H, --cookie) and --origin": "and origin in the class's settings",
    "(-H, --cookie)": "in the class's settings",
    "(--cookie, -H)": "in the class's settings",
    "offer it with --subprotocol": "offer it in subprotocols of the class's settings:",
    "--deflate --driver websockets": "deflate and driver='websockets' in the class's settings",
    "--follow": "follow in the class's settings",
    "--cacert FILE, or --insecure": "cacert in the class's settings, or insecure",
    "--connect-timeout": "connect_timeout in the class's settings",
    "--connect-rate": "-r",
    "--slo": "--ws-fail",
    "-o DIR": "--ws-report DIR",
    "--rooms": "rooms",
    "more --processes": "more workers",
    "add --binary": "add 'binary': True to settings",
    "({marker:int}, if that has to be a whole number)": "(as text: a whole number would need `wswarm echo`)",
    "give it as --on-open-binary": "give it as bytes",
    **{f"--{name}": f"--ws-{name}" for name in ("rate", "text", "profile", "publishers", "drain")},
}
_OPTION = re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, _OPTIONS)) + r")(?![\w-])")


def in_locusts_words(text: str) -> str:
    """Return the text with our own command line's options replaced by those that Locust takes."""
    return _OPTION.sub(lambda found: _OPTIONS[found[0]], text)
