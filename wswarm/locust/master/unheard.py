"""What the agents received and Locust's users did not hear of."""

import msgspec

from wswarm.results.run import Run, Verdict


def with_unheard(run: Run, unheard: int, missed: int, *, is_script: bool) -> Run:
    """Return the run with what is to be said of messages that users did not get.

    A reply among them was not seen: where users with tasks lost some, that may be our doing and not the target's.

    Args:
        unheard: Messages that the agents could not hand to Locust. `missed`: that only `on_message` did not get.
    """
    notices, validity = list(run.notices), run.validity
    if missed:
        notices.append(
            f"on_message missed {missed:,} messages: it was 1,000 behind; do less in it, or use more workers"
        )
    if unheard:
        told = f"{unheard:,} messages came in and were not handed to Locust, which was too far behind"
        mend = "do less in on_message, or use more workers"
        if is_script:
            lost = run.messages.lost if run.messages is not None else None
            count = lost.silent + lost.disconnected if lost is not None else 0
            doubt = (
                f"the {count:,} lost replies may be among them"
                if count
                else "no reply is known to be among them"
            )
            verdict: Verdict = "invalid" if count or validity.verdict == "invalid" else "suspect"
            reasons = [f"{told}: {doubt}; {mend}", *validity.reasons]
            validity = msgspec.structs.replace(validity, verdict=verdict, reasons=reasons)
        else:
            notices.append(f"{told}: on_message missed them; the figures stand; {mend}")
    return msgspec.structs.replace(run, notices=notices, validity=validity)
