class ToolCall:
    def __init__(self, id, name, arguments, requestor):
        self.id, self.name, self.arguments, self.requestor = id, name, arguments, requestor
