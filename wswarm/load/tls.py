"""Which options of TLS go together."""

from collections.abc import Mapping

from wswarm.errors import PlanError


def check_tls(options: Mapping[str, object], *, is_possible: bool) -> None:
    """Check the options `insecure`, `cacert`, `cert`, `key` and `sni` of a plan.

    Args:
        is_possible: Whether a connection can come to use TLS.

    Raises:
        PlanError: they do not go together, or there is no TLS for them.
    """
    if any(options.values()) and not is_possible:
        *others, last = (f"--{name}" for name in options)
        raise PlanError(f"{', '.join(others)} and {last} are for TLS: write wss:// or leave them out")
    sni = options["sni"]
    if sni is not None and not _is_host_name(str(sni)):
        raise PlanError(f"--sni {sni!r} is not a host name: write it as in chat.example")
    if (options["cert"] is None) != (options["key"] is None):
        raise PlanError("--cert and --key go together: give both files")


def _is_host_name(text: str) -> bool:
    return text.isascii() and text.replace("-", "a").replace(".", "a").isalnum()
