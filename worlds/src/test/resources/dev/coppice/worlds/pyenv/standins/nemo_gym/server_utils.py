class ServerClient:
    def __init__(self, head_server_config, global_config_dict):
        self.head_server_config, self.global_config_dict = head_server_config, global_config_dict
