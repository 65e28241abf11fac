"""Credentials taken out of what is stored and shown: reports are passed on freely."""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from wswarm.results.begun import Begun
from wswarm.results.secret_forms import IN_ADDRESS as IN_ADDRESS
from wswarm.results.secret_forms import PLACEHOLDER, WHOLE_WORD, begun, escaped, filled, forms_of, literally

HIDDEN = "…"

_STEP = 2  # kind and value
_LEAST = 3  # what is shorter can't be told from the rest of a text
_CREDENTIALS = re.compile(r"//([^/?#\s]*)@")
_QUERY = re.compile(r"([?&;])([^=&;#?\s'\"]+)=([^&;#\s'\",)]+)")
_NOT_IN_RUN = re.compile(r"[^a-z0-9]+")  # what every way of escaping leaves as it is
_UNESCAPED = re.compile(r"[A-Za-z0-9._-]*")
_IN_MESSAGE = re.compile(r"""(?<![\w-])["']?([\w-]+)["']?\s*[:=]\s*["']([^"']+)["']""")
_VALUE_IN_JSON = re.compile(r'"((?:[^"\\]|\\.)+)"\s*[,}\]]')
_SCHEMES = {"basic", "bearer", "token", "digest", "negotiate", "apikey", "key"}
_SECRET_PARTS = ("token", "secret", "passw", "pwd", "jwt", "apikey", "credential", "session", "signature")
_SECRET_WORDS = {"auth", "authorization", "authentication", "key", "cookie", "sig", "pass", "bearer"}
_ADDRESSES = ("url", "publisher_url", "publish")  # settings of a plan
_STEPS = ("steps", "publisher_steps")
_HEADERS = ("headers", "publisher_headers", "publish_headers")
_PLAIN_KEYS = {"key", "cookie", "session"}  # too common in messages to be secrets there


def address(text: str) -> str:
    """Return `text` with the secrets of addresses in it left out: `ws://user:…@host/?token=…`.

    A lone word before the `@` may be one; in the query what a name such as `token` or `api_key` announces.
    """

    def hidden(match: re.Match[str]) -> str:
        user, colon, _ = match[1].partition(":")
        return f"//{user}:{HIDDEN}@" if colon else f"//{HIDDEN}@"

    return _QUERY.sub(_hidden_parameter, _CREDENTIALS.sub(hidden, text))


def header(text: str) -> str:
    """Return a header without its value if its name announces a secret; one without a colon by its first word."""
    return _entry(text, ":" if ":" in text else " ")


def cookie(text: str) -> str:
    """Return a cookie without its value."""
    return f"{text.partition('=')[0]}={HIDDEN}" if "=" in text else HIDDEN


def setting(text: str) -> str:
    """Return a setting of a profile without its value if its name announces a secret."""
    return _entry(text, "=")


def plan(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan's settings without its secrets.

    Those are passwords in the URL, and what a name in its query announces as one; values of cookies, and of headers
    that name a secret; and what a message calls a token or a password. Each is hidden wherever it stands.
    """
    shown = dict(settings)
    for name in _ADDRESSES:
        if isinstance(shown.get(name), str):
            shown[name] = address(shown[name])
    for name, hidden in (*((name, header) for name in _HEADERS), ("cookies", cookie), ("set", setting)):
        if isinstance(shown.get(name), list | tuple):
            shown[name] = [hidden(str(entry)) for entry in shown[name]]
    hide = Redactor(settings)
    return {name: _everywhere(value, hide) for name, value in shown.items()}


def message(text: str) -> str:
    """Return a message without what it calls a token, a password or the like, quoted as in JSON."""
    return _IN_MESSAGE.sub(_hidden_in_message, text)


class Redactor:
    """Hides the secrets of a plan in text that others wrote, however they escape them.

    Args:
        settings: Of the plan; `{id}` in a secret stands for any number.
        values: Secret, too; braces in them are their own.
    """

    def __init__(self, settings: Mapping[str, Any], values: Iterable[str] = ()) -> None:
        templates = dict.fromkeys(filter(_is_worth_hiding, _secrets(settings)))
        literals = dict.fromkeys(one for one in values if len(one) >= _LEAST and HIDDEN not in one)
        forms = {form: filled(form) for secret in templates for form in forms_of(secret)}
        forms |= {form: literally(form) for value in literals for form in escaped(value)}
        self._secrets = sorted(forms, key=len, reverse=True)
        patterns = dict.fromkeys(forms[form] for form in self._secrets)
        self._pattern = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None
        with_names = [one for one in templates if PLACEHOLDER.search(one) is not None]
        as_they_are = [one for one in (*templates, *literals) if one not in with_names]
        self._begun = Begun(form for one in as_they_are for form in _begun_forms(one))
        beginnings = "|".join(filter(None, map(begun, with_names)))
        self._begun_filled = re.compile(beginnings, re.IGNORECASE) if beginnings else None

    def __call__(self, text: str, *, is_cut: bool = False) -> str:
        """Return the text without them and their beginnings; one that `is_cut` may end in the midst of one."""
        if self._pattern is None:
            return text
        hidden = self._begun.hidden(self.whole(text), HIDDEN)
        if self._begun_filled is not None:
            hidden = self._begun_filled.sub(HIDDEN, hidden)
        return self._without_tail(hidden) if is_cut else hidden

    def whole(self, text: str) -> str:
        """Return the text without them, as nobody has cut it."""
        return self._pattern.sub(HIDDEN, text) if self._pattern is not None else text

    def _without_tail(self, text: str) -> str:
        lowered = text.lower()
        for secret in self._secrets:
            start = secret.lower()
            for size in range(min(len(start) - 1, len(text)), WHOLE_WORD - 1, -1):
                if lowered.endswith(start[:size]):
                    return text[: len(text) - size] + HIDDEN
        return text


class Values:
    """Hides values of which there may be very many: those that a text may hold are looked for."""

    def __init__(self) -> None:
        self._runs: dict[str, str] = {}
        self._begun = Begun()

    def add(self, values: Iterable[str]) -> None:
        """Hide these, too."""
        for value in values:
            if value not in self._runs:
                self._runs[value] = max(_NOT_IN_RUN.split(value.lower()), key=len)
                for form in _begun_forms(value):
                    self._begun.add(form)

    def __call__(self, text: str, *, is_cut: bool = False) -> str:
        """Return the text without them and their beginnings; one that `is_cut` may end in the midst of one."""
        lowered = text.lower()
        found = [
            value
            for value, run in self._runs.items()
            if run in lowered or (is_cut and run[:WHOLE_WORD] in lowered)
        ]
        shown = Redactor({}, found)(text, is_cut=is_cut) if found else text
        return self._begun.hidden(shown, HIDDEN)


def is_secret_name(name: str) -> bool:
    """Return whether a header, a parameter or a key of that name holds a secret."""
    joined = re.sub(r"[^a-z0-9]", "", name.lower())
    words = {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)}
    return any(part in joined for part in _SECRET_PARTS) or bool(words & _SECRET_WORDS)


def _secrets(settings: Mapping[str, Any]) -> Iterator[str]:
    for url in (settings.get(name) for name in _ADDRESSES):
        yield from _of_address(url.rpartition(" ")[2]) if isinstance(url, str) else ()
    for entry in (entry for name in _HEADERS for entry in _texts(settings.get(name))):
        name, _, value = entry.partition(":")
        if is_secret_name(name):
            yield from _of_header(name, value.strip())
    for entry in _texts(settings.get("cookies")):
        yield entry.partition("=")[2].strip()
    yield from _of_settings(_texts(settings.get("set")))
    steps = [step for name in _STEPS for step in settings.get(name) or ()]
    said = [one[1] for one in steps if len(one) == _STEP and one[0] != "take"]
    for name in ("text", "json", "on_open", "publish_body"):
        for message in (*_texts(settings.get(name)), *(said if name == "on_open" else ())):
            for key, value in _IN_MESSAGE.findall(message):
                if is_secret_name(key) and key.lower() not in _PLAIN_KEYS:
                    yield from _of_header(key, value)


def _of_settings(entries: Iterable[str]) -> Iterator[str]:
    for entry in entries:
        name, _, value = entry.partition("=")
        if is_secret_name(name):
            yield value
            yield from _VALUE_IN_JSON.findall(value)


def _of_address(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    credentials, _, _ = parts.netloc.rpartition("@")
    if credentials:
        _, colon, password = unquote(credentials).partition(":")
        yield password if colon else unquote(credentials)
        yield b64encode(unquote(credentials).encode()).decode("ascii")
    for _, name, value in _QUERY.findall(f"?{parts.query}"):
        if is_secret_name(name):
            yield value
            yield unquote(value)


def _of_header(name: str, value: str) -> Iterator[str]:
    scheme, _, rest = value.partition(" ")
    if rest and scheme.lower() in _SCHEMES:
        value = rest.strip()
    if "cookie" in name.lower():
        yield from (one.partition("=")[2].strip() for one in value.split(";"))
    yield value
    if scheme.lower() == "basic":
        try:
            yield b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return


def _is_worth_hiding(secret: str) -> bool:
    return HIDDEN not in secret and len(PLACEHOLDER.sub("", secret)) >= _LEAST


def _begun_forms(secret: str) -> Iterator[str]:
    """Return what a beginning tells something of: not a scheme, nor where an address leads, nor keys in JSON."""
    scheme, _, rest = secret.partition(" ")
    credentials = rest.strip() if rest and scheme.lower() in _SCHEMES else secret
    if "://" in credentials:
        found = list(_of_address(credentials))
    else:
        found = _VALUE_IN_JSON.findall(credentials) if credentials[:1] in ("{", "[") else [credentials]
    for one in found:
        yield from [one] if _UNESCAPED.fullmatch(one) else escaped(one)


def _everywhere(value: Any, hide: Redactor) -> Any:
    if isinstance(value, str):
        return hide.whole(value)
    if isinstance(value, list | tuple):
        return [_everywhere(one, hide) for one in value]
    return value


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def _hidden_parameter(match: re.Match[str]) -> str:
    separator, name, value = match.groups()
    is_kept = not is_secret_name(name) or PLACEHOLDER.fullmatch(value) or value.strip(".:") == HIDDEN
    return match[0] if is_kept else f"{separator}{name}={HIDDEN}"


def _hidden_in_message(match: re.Match[str]) -> str:
    key, value = match.groups()
    if not is_secret_name(key) or key.lower() in _PLAIN_KEYS:
        return match[0]
    return match[0].replace(value, HIDDEN)


def _entry(text: str, separator: str) -> str:
    name = text.partition(separator)[0]
    return f"{name}{separator}{HIDDEN}" if is_secret_name(name) else text
