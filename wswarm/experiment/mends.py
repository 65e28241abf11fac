"""What to do about handshakes that failed, by the reason that they are counted under."""

import re
from urllib.parse import urlsplit

from wswarm.drive.drivers.following import websocket_address
from wswarm.drive.host import diagnosis
from wswarm.load.manner import Manner
from wswarm.load.upgrade import is_redirect

_CERTIFICATES = {
    "expired": "renew it on the target; --insecure measures all the same",
    "not valid yet": "check the clocks of the target and of this machine; --insecure measures all the same",
    "other name": "use a name that it is for in the address, or ask for it with --sni NAME; or --insecure",
    "self-signed": "give it as its own authority with --cacert FILE, or --insecure to trust it unseen",
}
_CREDENTIALS = "give credentials (-H, --cookie)"
_WANTED_FIRST = "what it wants to see first, a cookie or credentials (--cookie, -H)"
_REFUSED = "the server refused the upgrade: check the path, credentials (-H, --cookie) and --origin"
_NOT_OFFERED = re.compile(r"bad upgrade: Sec-WebSocket-Protocol: ([^,…]+) \(not offered\)")
_PROXY = "check the path, and that each proxy between passes Upgrade and Connection on"
_BY_STATUS = {
    "http 2xx": f"it answered as to any request, no WebSocket is there: {_PROXY}",
    "http 426": f"it did not see a WebSocket's request, or wants another version than 13: {_PROXY}",
    "http 429": "it takes so many in a time, or in all: lower -c or --connect-rate, and wait before the next try",
    "http 502": "what answers does not reach the service behind it: check that this runs, and the proxy's log",
    "http 503": "the service is not up, or full: see its log, or lower -c or --connect-rate",
    "http 504": "what answers has no answer from the service behind it: see the logs of both",
    "http 5xx": "the server failed: see its log, and that of any proxy before it",
}
_BY_REASON = {
    "refused": "nothing listens there: start the service or correct the port",
    "reset": "it hung up: is there a WebSocket service behind that port? See its log",
    "no http answer": "something else than a web server listens there: correct the port",
    "timeout": "raise --connect-timeout, or check that the service answers",
    "no free local port": "a limit of this machine: see wswarm doctor",
    "tls: client certificate wanted": "give one with --cert FILE --key FILE",
}
_NO_CERTIFICATE = (
    "it hangs up as soon as TLS is there, as one does that wants a client certificate: give one with --cert FILE"
    " --key FILE"
)
_OF_HTTP_2 = (": HTTP/2", "no application protocol")  # the latter where TLS agrees on what is spoken within
_NO_HTTP_2 = (
    "no WebSocket is opened over HTTP/2 here: have the service, or the proxy before it, speak HTTP/1.1 too"
)
_OF_HANDSHAKES = ("http", "redirect", "bad upgrade", "tls")
_MAY_SPEAK_OTHERWISE = ("reset", "no http answer", "timeout", "http 400", "tls")


def mend(reason: str, said: str, manner: Manner) -> str:
    """Return what to do; the target may be asked once more for it.

    Args:
        said: What the target said with it.
    """
    if reason.startswith("tls certificate"):
        return _about_certificate(reason, manner)
    if reason.endswith(_OF_HTTP_2):
        return _NO_HTTP_2
    elsewhere = diagnosis.on_other_loopback(manner) if reason == "refused" else None
    if elsewhere is not None:
        return f"the service listens on this machine's other address alone: use {elsewhere}"
    if reason in _BY_REASON and not reason.startswith(_MAY_SPEAK_OTHERWISE):
        return _BY_REASON[reason]
    if reason.startswith(_MAY_SPEAK_OTHERWISE) and reason not in ("tls: client certificate wanted",):
        other = diagnosis.speaks_otherwise(manner)
        if other is None and diagnosis.wants_certificate(manner):
            return _NO_CERTIFICATE
        if other is not None:
            spoken = "TLS" if other.startswith("wss") else "plain HTTP, no TLS"
            return f"the port speaks {spoken}: use {other}"
    if is_redirect(reason) and said:
        return _about_redirect(manner.address, said)
    return (
        _BY_REASON.get(reason)
        or (_about_step(reason) if manner.steps or manner.profile else None)
        or _by_kind(reason)
    )


def _about_step(reason: str) -> str | None:
    if reason.startswith(_OF_HANDSHAKES):
        return None
    if reason.startswith("no answer to "):
        return (
            "does the service speak that protocol there? Check path and settings, or raise --connect-timeout"
        )
    if reason.startswith("closed "):
        return "the target hung up in the conversation: check credentials and settings, and its log"
    if not reason.startswith("step "):
        return "it said no: check what the steps say, credentials first"
    step, _, why = reason.partition(": ")
    if why == "no answer":
        return f"nothing came that {step} waits for: correct its pattern, or raise --connect-timeout"
    return f"the target hung up at {step}: see its log" if why.startswith("closed") else f"correct {step}"


def _about_redirect(address: str, said: str) -> str:
    to = websocket_address(address, said)
    if to is None:
        return "no WebSocket can be there: give the address of the WebSocket itself"
    if to == address:
        return f"it leads to itself: give {_WANTED_FIRST}"
    is_elsewhere = urlsplit(to).hostname != urlsplit(address).hostname
    return f"use {to}, or --follow" + (f"; if a login is there, {_CREDENTIALS}" if is_elsewhere else "")


def _about_certificate(reason: str, manner: Manner) -> str:
    kind = reason.removeprefix("tls certificate: ")
    default = "give its authority with --cacert FILE, or --insecure to trust it unseen"
    found = diagnosis.certificate(manner) if kind in ("expired", "not valid yet", "other name") else ""
    return f"{found}: {_CERTIFICATES[kind]}" if found else _CERTIFICATES.get(kind, default)


def _about_upgrade(reason: str) -> str:
    chosen = _NOT_OFFERED.fullmatch(reason)
    if chosen is not None:
        return f"offer it with --subprotocol {chosen[1]}, if the service is to speak it"
    if "Sec-WebSocket-Extensions" in reason:
        return "it may use only what was offered: --deflate --driver websockets offers permessage-deflate"
    if "wrong Sec-WebSocket-Accept" in reason:
        return (
            "it answers another request than ours: does a cache or proxy between answer for it? See its log"
        )
    return "its answer breaks RFC 6455: is it the WebSocket's own address? See the log of whatever answered"


def _by_kind(reason: str) -> str:
    if reason.startswith("http"):
        return _BY_STATUS.get(reason) or _BY_STATUS.get(f"{reason[:6]}xx") or _REFUSED
    if reason == "redirect: in a circle":
        return f"give the address of the WebSocket itself, or {_WANTED_FIRST}"
    if reason.startswith("redirect"):
        return "give the address of the WebSocket itself"
    if reason.startswith("bad upgrade"):
        return _about_upgrade(reason)
    if reason.startswith("tls"):
        return "does the port speak TLS? ws:// speaks plainly, wss:// with TLS"
    if reason.endswith("here"):
        return "a limit of this machine: see wswarm doctor"
    return "check that a WebSocket service listens there, and its log"
