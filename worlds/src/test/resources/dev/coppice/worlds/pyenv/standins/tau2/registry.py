"""Stands in for tau2: its registry with one domain, a shelf, whose tools and tasks have tau2's shapes."""
import hashlib
from types import SimpleNamespace as Bag


def schema(name, description, properties):
    parameters = {"type": "object", "properties": properties, "required": sorted(properties)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


class Tools:
    def tool_type(self, name):
        return Bag(value="read" if name == "look" else "write")


class Environment:
    def __init__(self):
        self.jars, self.tools = 0, Tools()

    def get_policy(self):
        return "Serve one customer at a time."

    def get_tools(self):
        return [
            Bag(openai_schema=schema("look", "Looks.", {})),
            Bag(openai_schema=schema("put", "Puts jars.", {"count": {"type": "integer"}})),
        ]

    def make_tool_call(self, name, requestor="assistant", **arguments):
        if name == "put":
            self.jars += arguments["count"]
        return f"{self.jars} jars"

    def get_response(self, call):
        try:
            return Bag(content=self.make_tool_call(call.name, call.requestor, **call.arguments), error=False)
        except KeyError as error:
            return Bag(content=f"Error: {error}", error=True)

    def get_db_hash(self):
        return hashlib.sha256(str(self.jars).encode()).hexdigest()


def tasks():
    for n in range(20):
        wanted = Bag(reason_for_call=f"You want {n + 1} jars.", known_info="You are Ann.", unknown_info=None, task_instructions="Be brief.")
        gold = Bag(name="put", arguments={"count": n + 1}, requestor="assistant")
        yield Bag(id=str(n), user_scenario=Bag(instructions=wanted), evaluation_criteria=Bag(actions=[gold], communicate_info=[]))


class Registry:
    def get_env_constructor(self, domain):
        return {"shelf": Environment}[domain]

    def get_tasks_loader(self, domain):
        return {"shelf": lambda: list(tasks())}[domain]


registry = Registry()
