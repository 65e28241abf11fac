"""MQTT packets as text, as a profile says them: the name and its values, one a line.

`CONNECT`, version, keep-alive, client, user, password · `SUBSCRIBE`, version, QoS, topic · `PUBLISH`, the same and
the payload · `PINGREQ`.
"""

from wswarm.load.profiles.mqtt_packets import PINGREQ, connect, publish, subscribe


def packet_of(text: bytes) -> bytes:
    """Return the packet that a text means, the text itself if it means none."""
    name, _, values = text.partition(b"\n")
    try:
        return _packet(name, values)
    except (ValueError, OverflowError):
        return text


def _packet(name: bytes, values: bytes) -> bytes:
    """Return the packet of this name.

    Raises:
        ValueError: there is none, or not with these values.
    """
    if name == b"PINGREQ":
        return PINGREQ
    if name == b"CONNECT":
        version, keepalive, client, user, password = values.split(b"\n", 4)
        return connect(client, int(version), int(keepalive), user, password)
    if name == b"SUBSCRIBE":
        version, quality, topic = values.split(b"\n", 2)
        return subscribe(topic, int(version), int(quality))
    if name != b"PUBLISH":
        raise ValueError(name)
    version, quality, topic, payload = values.split(b"\n", 3)
    return publish(topic, payload, int(version), int(quality))
