class BaseServerConfig:
    def __init__(self, host, port):
        self.host, self.port = host, port
