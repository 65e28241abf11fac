"""Subscribers of the reference application's chat; one more socket publishes, and every delivery is accounted for.

locust -f loadtests/chat.py --headless -u 1000 -r 200 --ws-hold 10s --ws-start-target --ws-fail 'p99<50ms'
"""

from wswarm import locust as ws


class ChatUser(ws.ChatUser):
    rate = "5/s"
