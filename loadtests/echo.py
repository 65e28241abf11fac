"""Users of the reference application's echo: each sends once a second, and its replies are timed.

locust -f loadtests/echo.py --headless -u 100 -r 100 --ws-hold 10s --ws-start-target
"""

from wswarm import locust as ws


class EchoUser(ws.EchoUser):
    rate_per_user = 1
