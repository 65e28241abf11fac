from wswarm.locust import ConnectUser as Base


class ConnectUser(Base):
    pass
