"""What the kernel keeps of its own memory for an open TCP connection, which is in nobody's resident bytes: Linux."""

from pathlib import Path

_SLABS = Path("/proc/slabinfo")
_NEEDED = ("TCP", "sock_inode_cache")
_BESIDE = ("filp", "dentry", "eventpoll_epi")  # its file, its name, and that a loop waits for it


def socket_memory(path: Path = _SLABS) -> int | None:
    """Return the bytes of one end of a connection without what waits in its buffers; `None` if the kernel won't tell.

    Only root may read them. An idle connection's buffers take nothing.

    Source: slabinfo(5); the fourth column is an object's size.
    """
    try:
        lines = (line.split() for line in path.read_text().splitlines())
        sizes = {words[0]: int(words[3]) for words in lines if words and words[0] in {*_NEEDED, *_BESIDE}}
    except (OSError, ValueError, IndexError):
        return None
    return sum(sizes.values()) if sizes.keys() >= {*_NEEDED} else None
