"""What a failed handshake is counted under, and how a handshake is timed."""

import errno
import ssl

import pytest

from wswarm.drive.drivers import connection
from wswarm.drive.drivers.connection import HandshakeFailed, Stopwatch, reason_of


def certificate_error() -> ssl.SSLCertVerificationError:
    """Return the error of a certificate that nobody vouches for."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


def tls_error(reason: str | None) -> ssl.SSLError:
    """Return a TLS error as OpenSSL gives it."""
    error = ssl.SSLError(1, "x")
    error.reason = reason  # type: ignore[assignment]
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (HandshakeFailed("http 403"), "http 403"),
        (TimeoutError(), "timeout"),
        (OSError(errno.ETIMEDOUT, "x"), "timeout"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "refused"),
        (ConnectionRefusedError(), "refused"),
        (ConnectionResetError(), "reset"),
        (ConnectionAbortedError(), "reset"),
        (BrokenPipeError(), "reset"),
        (EOFError(), "reset"),
        (certificate_error(), "tls certificate: self-signed certificate"),
        (tls_error("WRONG_VERSION_NUMBER"), "tls: wrong version number"),
        (tls_error(None), "tls: handshake failed"),
        (tls_error("TLSV1_ALERT_NO_APPLICATION_PROTOCOL"), "tls: tlsv1 alert no application protocol"),
        (OSError(errno.EMFILE, "x"), "too many open files here"),
        (OSError(errno.ENFILE, "x"), "too many open files here"),
        (OSError(errno.EADDRNOTAVAIL, "x"), "no free local port"),
        (OSError(errno.ENETUNREACH, "x"), "network unreachable"),
        (OSError(errno.EHOSTUNREACH, "x"), "host unreachable"),
        (OSError(errno.EPERM, "Operation not permitted"), "operation not permitted"),
        (OSError(), "oserror"),
        (ValueError("what"), "ValueError: what"),
    ],
)
def test_a_failed_handshake_has_a_reason(error: BaseException, reason: str) -> None:
    assert reason_of(error) == reason


def test_a_reason_that_nobody_foresaw_is_cut_short() -> None:
    assert len(reason_of(ValueError("x" * 1000))) == 80


@pytest.mark.parametrize(
    ("is_tls", "timing"),
    [(False, (100, 20, -1, 80, 200)), (True, (100, 20, 50, 30, 200))],
    ids=["ws", "wss"],
)
def test_a_handshake_is_split_into_its_parts(
    is_tls: bool, timing: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([100, 120, 170, 200])
    monkeypatch.setattr(connection, "now_ns", lambda: next(moments))
    watch = Stopwatch(is_tls=is_tls)
    watch.connected()
    watch.requested()
    assert watch.opened() == timing
