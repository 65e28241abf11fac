"""All cases, by their numbers."""

from functools import cache

from tests.target_app.conformance.bulk_cases import auto_fragmented, limits
from tests.target_app.conformance.case import Case
from tests.target_app.conformance.closing_cases import closings
from tests.target_app.conformance.deflate_cases import deflated
from tests.target_app.conformance.framing_cases import fragments, framing, opcodes, pings, reserved
from tests.target_app.conformance.handshake_cases import Handshake, handshakes
from tests.target_app.conformance.own_cases import compressed, lengths
from tests.target_app.conformance.text_cases import texts

TITLES = {
    "1": "framing",
    "2": "pings and pongs",
    "3": "reserved bits",
    "4": "opcodes",
    "5": "fragmentation",
    "6": "UTF-8",
    "7": "closing",
    "9": "limits",
    "10": "many fragments",
    "12": "deflate",
    "13": "offers of deflate",
    "D": "wrong deflate",
    "H": "handshakes",
    "L": "lengths and masks",
}


@cache
def all_cases() -> dict[str, Case | Handshake]:
    """All cases by their numbers, in order; they are made when first asked for: they take long."""
    return {
        case.number: case
        for some in (
            *(framing(), pings(), reserved(), opcodes(), fragments(), texts(), closings()),
            *(limits(), auto_fragmented(), deflated(), compressed(), lengths(), handshakes()),
        )
        for case in some
    }
