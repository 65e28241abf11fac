"""What became of requests that publish: which answers say that one was taken, and what to tell of the others."""

from collections import Counter
from collections.abc import Mapping, Sequence

from wswarm.results.publish import Publish
from wswarm.results.quoted import quoted
from wswarm.stats.findings import Findings
from wswarm.stats.summary import distribution, merged

BY = "publish"  # begins what refusals of requests are known by, beside those of handshakes
_ELSEWHERE = ("301", "307", "308")  # to be asked for again there; 302 and 303 lead on from what was done
MS = 1_000_000
_TOLD = 5
_SHOWN = 100  # characters of what an answer said
_MENDS = {
    "401": "give --publish-header",
    "403": "give --publish-header",
    "404": "check the path of --publish",
    "405": "check the method of --publish",
    "415": "give --publish-header 'Content-Type: …'",
    "422": "see what it wants, and correct --publish-body",
    "400": "see what it wants, and correct --publish-body",
    "429": "lower --rate",
    "refused": "nothing listens there: start the service or correct the port",
    "closed": "it hung up: does that port speak HTTP, or https://? See its log",
    "reset": "it hung up: does that port speak HTTP, or https://? See its log",
    "no http answer": "something else than a web server listens there: correct the port",
    "timeout": "raise --connect-timeout, or see why it does not answer",
    "no answer": "raise --drain, or see why it does not answer",
    "tls certificate": "give its authority with --cacert FILE, or --insecure to trust it unseen",
    "tls": "does that port speak TLS? http:// speaks plainly, https:// with TLS",
}


def is_taken(status: str) -> bool:
    """Return whether an answer of that status (or the reason why there is none) says that the broadcast was taken."""
    return status.isdecimal() and int(status) < 400 and status not in _ELSEWHERE


def publish_of(findings: Sequence[Findings]) -> Publish | None:
    """Return how the requests of the hold ended, `None` if there were none to be."""
    answers = [one.answers for one in findings if one.answers is not None]
    if not answers:
        return None
    statuses: Counter[str] = Counter()
    for one in answers:
        statuses.update(one.statuses)
    return Publish(
        requests=sum(one.sends.sent for one in findings if one.answers is not None and one.sends is not None),
        statuses=dict(statuses.most_common()),
        response_time=distribution(merged(one.times for one in answers)),
    )


def refusals(seen: Publish) -> dict[str, int]:
    """Return how many requests failed, by status or reason, the most first."""
    return {status: count for status, count in seen.statuses.items() if not is_taken(status)}


def notices(seen: Publish | None, said: Mapping[str, str]) -> list[str]:
    """Return what a reader has to know first of requests that failed.

    Args:
        said: What the target said with refusals.
    """
    refused = refusals(seen) if seen is not None else {}
    if seen is None or not refused or nothing_taken(seen, said):
        return []
    return [
        f"{sum(refused.values()):,} of {seen.requests:,} requests to publish failed: {_listed(refused, said)}"
    ]


def waiting(findings: Sequence[Findings], most: int) -> str:
    """Return in words that requests waited for others, where as many as may be were under way at once; else ""."""
    if all(one.answers is None or one.answers.peak < most for one in findings):
        return ""
    times = merged(one.answers.times for one in findings if one.answers is not None)
    median_ns = times.percentile_ns(50)
    after = "" if median_ns is None else f", which came after {median_ns / MS:,.4g} ms (p50)"
    return f"all {most} requests that may be under way at once were waiting for answers{after}"


def nothing_taken(seen: Publish | None, said: Mapping[str, str]) -> str:
    """Return that the target has taken no broadcast and what to do, "" if it has."""
    refused = refusals(seen) if seen is not None else {}
    if seen is None or not refused or sum(refused.values()) < sum(seen.statuses.values()):
        return ""
    status = next(iter(refused))
    where = said.get(f"{BY} {status}", "")
    mend = f"publish at {where}" if status in _ELSEWHERE and where else _mend(status)
    return f"every request to publish failed: {_listed(refused, said)}; {mend}"


def _mend(status: str) -> str:
    kind = status.partition(":")[0]  # of `tls certificate: expired`
    return _MENDS.get(kind, "see its log")


def _listed(refused: Mapping[str, int], said: Mapping[str, str]) -> str:
    told = [_told(status, count, said.get(f"{BY} {status}", "")) for status, count in refused.items()]
    rest = sum(list(refused.values())[_TOLD:])
    return ", ".join(told[:_TOLD]) + (f" and {rest:,} for other reasons" if rest else "")


def _told(status: str, count: int, words: str) -> str:
    shown = quoted(words, _SHOWN)
    if status in _ELSEWHERE and words:
        return f"{status} to {shown} ({count:,})"
    return f"{status} ({count:,})" + (f': "{shown}"' if words else "")
