"""What the guards below the application go by: its lifespan hands it to the protocols of the server."""

from dataclasses import dataclass, field

from target_app.guard.patience import Patience
from target_app.guard.refusals import Refusals
from target_app.settings import Settings

# The key in the state that a lifespan hands to the server, which gives it to its protocols (ASGI's lifespan state;
# uvicorn's ``app_state``). An application without guards hands over nothing.
STATE = "target_app.guard"

# The key of the ASGI extension by which a protocol says that it counts frames: then nobody else counts messages.
COUNTS_FRAMES = "target_app.counts_frames"


@dataclass(slots=True)
class OnDuty:
    """What the application that is served has for its guards.

    Attributes:
        settings: of the application.
        refusals: where they are counted.
        patience: with those who owe a request.
        is_told: what the server does not keep has been told, or it keeps all.
    """

    settings: Settings
    refusals: Refusals
    patience: Patience = field(default_factory=Patience)
    is_told: bool = False
