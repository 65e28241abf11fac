"""Users of the reference application's endpoint with dependencies: cookie, path and query parameter.

locust -f loadtests/items.py --headless -u 100 -r 100 --ws-hold 10s --ws-start-target
"""

from wswarm import locust as ws


class ItemsUser(ws.ItemsUser):
    rate_per_user = 1
