"""GraphQL over WebSocket: `graphql-transport-ws`, and the older `graphql-ws` of subscriptions-transport-ws.

Source: PROTOCOL.md of enisdenjo/graphql-ws and of apollographql/subscriptions-transport-ws. No message confirms a
subscription, so canaries do. A mark is the id of its operation, too: an id that is still under way ends a connection.
"""

from collections.abc import Mapping

import msgspec

from wswarm.errors import PlanError
from wswarm.load.profiles.auth import check_object
from wswarm.load.profiles.protocol import Line, Protocol, Refusal, Reply, Setting

_SETTINGS = {
    "subscription": Setting("document of the subscribers: subscription{said}"),
    "mutation": Setting("document of the publishers: mutation($text:String){say(text:$text)}"),
    "query": Setting("document of echo, answered with the operation's id", default="{__typename}"),
    "variables": Setting("of all: JSON in which {payload} is the message", default='{"text":{payload}}'),
    "topic": Setting("{topic} in the documents and the variables"),
    "auth": Setting("JSON payload of connection_init", is_secret=True),
}


def _derive(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return the payload of connection_init as a member of its message, and variables that say nothing."""
    auth, variables = values.get("auth", ""), values["variables"]
    if auth:
        check_object(auth)
    asking = variables.replace("{payload}", '""').replace("{marker}", "")
    try:
        msgspec.json.decode(asking)
    except msgspec.DecodeError as error:
        raise PlanError(
            f'--set variables={variables} is not JSON: {error}; write it as in {{"text":{{payload}}}}'
        ) from None
    if "mutation" in values and not any(
        name in values[where] for where in ("variables", "mutation") for name in ("{payload}", "{marker}")
    ):
        raise PlanError(
            f"--set variables={variables} says no message: put {{payload}} where the mutation takes it"
        )
    return {"init": f',"payload":{auth}' if auth else "", "asking": asking}


def _protocol(name: str, about: str, subprotocol: str, words: Mapping[str, str]) -> Protocol:
    """Return the profile of one of the two, which differ in the names of their messages."""
    start, data = words["start"], words["data"]
    saying = f'{{"id":"{{marker}}","type":"{start}","payload":{{"query":"{{%s|json}}","variables":{{variables}}}}}}'
    init = (
        Line("say", '{"type":"connection_init"{init}}'),
        Line("expect", '{"type":"connection_ack"}', "connection_init"),
    )
    subscribe = (
        f'{{"id":"1","type":"{start}","payload":{{"query":"{{subscription|json}}","variables":{{asking}}}}}}'
    )
    return Protocol(
        name=name,
        about=about,
        path="/graphql",
        subprotocols=(subprotocol,),
        settings=_SETTINGS,
        steps=(*init, Line("say", subscribe, needs=("subscription",))),
        publisher_steps=init,
        subscriber_needs=("subscription",),
        message=saying % "mutation",
        echo=saying % "query",
        answers=(Reply('{"type":"ping"}', '{"type":"pong"}'),),
        refusals=(
            Refusal('{"type":"error","payload":[{}]}', "$.payload[0].message"),
            Refusal('{"type":"error"}', "$.payload.message"),
            Refusal(f'{{"type":"{data}","payload":{{"errors":[{{}}]}}}}', "$.payload.errors[0].message"),
            Refusal('{"type":"connection_error"}', "$.payload.message"),
            Refusal('{"type":"complete","id":"1"}', "the subscription ended"),
        ),
        chatter=('{"type":"pong"}', '{"type":"ka"}', '{"type":"connection_ack"}', '{"type":"complete"}'),
        needs_canary=True,
        not_replies=(
            *('"type":"complete"', '"type": "complete"', '"type":"error"', '"type": "error"'),
            *('"errors":[', '"errors": ['),
        ),
        derive=_derive,
    )


PROFILE = _protocol(
    "graphql",
    "GraphQL subscriptions: graphql-transport-ws, as graphql-ws, Apollo, Strawberry and others speak it",
    "graphql-transport-ws",
    {"start": "subscribe", "data": "next"},
)
LEGACY = _protocol(
    "graphql-legacy",
    "GraphQL subscriptions of before: the subprotocol graphql-ws of subscriptions-transport-ws",
    "graphql-ws",
    {"start": "start", "data": "data"},
)
