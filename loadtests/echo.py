from wswarm.locust import EchoUser as Base


class EchoUser(Base):
    pass
