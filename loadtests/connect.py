"""Users that connect and stay: how many, how fast, and are they still there at the end?

locust -f loadtests/connect.py --headless -u 5000 -r 500 --ws-hold 30s --ws-start-target
"""

from wswarm import locust as ws


class ConnectUser(ws.ConnectUser):
    pass
