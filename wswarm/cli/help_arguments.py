"""The commands that help with the others."""

from typing import Any


def add_help_commands(commands: Any) -> None:
    """Add `help`, `explain` and `completion`."""
    parser = commands.add_parser(
        "help",
        help="a command's options, or a page of the documentation",
        description="Show the help of a command or a page of the documentation; without a topic what there is.",
        epilog="'wswarm echo --help connection' shows one group of a command's options.",
    )
    parser.add_argument("topic", metavar="TOPIC", nargs="?", help="echo, connecting, method, …")
    parser = commands.add_parser(
        "explain",
        help="an exit code, a term, a reason",
        description="Say what an exit code, a term of a report or a reason of a verdict means.",
        epilog="Exit codes: 0 explained; 2 nothing is known of it, or the documentation is not installed.",
    )
    parser.add_argument("what", metavar="WHAT", nargs="+", help="98, 'loop lag', suspect, …")
    parser = commands.add_parser(
        "completion",
        help="complete commands and options in your shell",
        description="Print what a shell reads to complete the command line."
        ' bash: eval "$(wswarm completion bash)" in ~/.bashrc;'
        " zsh: wswarm completion zsh > a file _wswarm in a folder of $fpath;"
        " fish: wswarm completion fish > ~/.config/fish/completions/wswarm.fish.",
    )
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="your shell")


def add_init(commands: Any) -> None:
    """Add `init`."""
    commands.add_parser(
        "init",
        help="write a file of settings to begin with",
        description="Write wswarm.toml into this folder, with settings to choose from and what they mean. A file"
        " that is there is never written over.",
        epilog="Exit codes: 0 written; 1 it can't be written; 2 it is there already.",
    )
