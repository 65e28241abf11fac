"""What runs at each of Locust's workers: users' connections and the agents that hold them."""
