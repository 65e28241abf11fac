from wswarm.locust import ItemsUser as Base


class ItemsUser(Base):
    pass
