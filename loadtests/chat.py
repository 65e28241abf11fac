from wswarm.locust import ChatUser as Base


class ChatUser(Base):
    pass
