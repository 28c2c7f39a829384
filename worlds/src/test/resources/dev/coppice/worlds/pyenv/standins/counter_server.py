"""A resources server of the stand-in: counts for each session, which a cookie names."""
import json
from types import SimpleNamespace


class Config:
    def __init__(self, **values):
        self.values = values


class CounterServer:
    model_fields = {"config": SimpleNamespace(annotation=Config)}

    def __init__(self, config, server_client):
        self.config, self.server_client = config, server_client
        self.session_id_to_count = {}

    def setup_webserver(self):
        return self.answer

    async def answer(self, scope, receive, send):
        body = json.loads((await receive())["body"])
        cookie = dict(scope["headers"]).get(b"cookie", b"").decode()
        status, told, headers = self.route(scope["path"], body, cookie.partition("=")[2])
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})

    def route(self, path, body, session):
        if path == "/seed_session":
            name = f"s{len(self.session_id_to_count)}"
            self.session_id_to_count[name] = body["begin"]
            return 200, {}, [(b"set-cookie", f"session={name}; path=/".encode())]
        if path == "/add":
            self.session_id_to_count[session] += body["amount"]
            return 200, {"count": self.session_id_to_count[session]}, []
        if path == "/verify":
            count = self.session_id_to_count.pop(session)  # As servers do: the session is over.
            called = [one for one in body["response"]["output"] if one["type"] == "function_call"]
            return 200, {"reward": float(count == body["goal"] and len(called) > 0)}, []
        return 404, {"detail": "Not Found"}, []
