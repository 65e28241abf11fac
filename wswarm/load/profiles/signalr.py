"""SignalR's hub protocol in JSON, over WebSocket without negotiation. A record ends in 0x1E.

Source: src/SignalR/docs/specs/HubProtocol.md and TransportProtocols.md of dotnet/aspnetcore. A mark is the id of its
invocation, too: every server returns it with the completion.
"""

from wswarm.load.profiles.protocol import Line, Protocol, Refusal, Setting, Timer

_HANDSHAKE = (
    Line("say", '{"protocol":"json","version":1}\x1e'),
    Line("expect", "/^\\{\\s*\\}$/", "the handshake"),
)
_CALL = '{"type":1,"invocationId":"{marker}","target":"{event|json}","arguments":[{payload}]}\x1e'

PROFILE = Protocol(
    name="signalr",
    about="SignalR of ASP.NET Core, in JSON",
    query="access_token={token|url}",
    settings={
        "topic": Setting("the group, argument of the method `join`"),
        "event": Setting("method that publishers, or echo, call with the message"),
        "join": Setting("method that joins the group; ready when it has been done"),
        "token": Setting("access token, in the query", is_secret=True),
        "ping": Setting("how often one is sent", default="15s"),
    },
    steps=(
        *_HANDSHAKE,
        Line(
            "say",
            '{"type":1,"invocationId":"join","target":"{join|json}","arguments":["{topic|json}"]}\x1e',
            needs=("join",),
        ),
        Line("expect", '{"type":3,"invocationId":"join"}', "{join}", needs=("join",)),
    ),
    publisher_steps=_HANDSHAKE,
    message=_CALL,
    echo=_CALL,
    timers=(Timer("{ping}", '{"type":6}\x1e'),),
    refusals=(
        Refusal('/^\\{"error":/', "$.error"),
        Refusal('/"type":\\s*3\\b.*"error":\\s*"/', "$.error"),
        Refusal('{"type":7}', "$.error"),
    ),
    chatter=('{"type":6}', '{"type":3}', "/^\\{\\s*\\}$/"),
    ends="record",
    not_replies=('"error":"', '"error": "'),
)
