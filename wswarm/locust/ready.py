"""Users that are set up for the endpoints of the reference application."""

from wswarm.locust.users import WebSocketUser


class EchoUser(WebSocketUser):
    """Sends to the echo of the reference application and times the replies."""

    abstract = True
    scenario = "echo"
    profile = "echo"


class ItemsUser(WebSocketUser):
    """Sends to the reference application's endpoint with dependencies and times the replies."""

    abstract = True
    scenario = "echo"
    profile = "items"


class ChatUser(WebSocketUser):
    """Subscribes to the chat of the reference application; publishers of ours send to it."""

    abstract = True
    scenario = "fanout"
    profile = "chat"


class ConnectUser(WebSocketUser):
    """Connects to the echo of the reference application, and holds the connection."""

    abstract = True
    scenario = "connect"
    profile = "echo"
