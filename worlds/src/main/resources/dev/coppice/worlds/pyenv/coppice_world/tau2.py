"""tau2-bench as tau2 means it: the policy is the system's message, and only the simulated customer knows the script."""
import importlib

from coppice_world.judge import JUDGE
from coppice_world.module import texted
from coppice_world.rows import asked
from coppice_world.suites import parameters, refuse, within
from coppice_world.wire import plain


class Tau2:
    """tau2/DOMAIN: its tools and data base; what a customer wants is told to a simulated one alone."""

    def __init__(self, domain, config):
        registry = importlib.import_module("tau2.registry").registry
        config = within(config)
        refuse(config)
        self.make = registry.get_env_constructor(domain)
        self.tasks = list(registry.get_tasks_loader(domain)())
        self.template = self.make()

    def describe(self):
        tools = []
        for one in self.template.get_tools():
            function = plain(one.openai_schema)["function"]
            tools.append({"name": function["name"], "description": function.get("description") or function["name"], "effect": self.effect(function["name"]), "parameters": parameters(function.get("parameters"))})
        judged = any(getattr(task.evaluation_criteria, "nl_assertions", None) for task in self.tasks)
        return {"tasks": len(self.tasks), "tools": tools, "judged": judged}

    def effect(self, name):
        """Reads the package's own marks: a tool that says it only reads."""
        kind = getattr(self.template.tools, "tool_type", lambda name: None)(name)
        return "READ" if getattr(kind, "value", kind) in ("read", "generic", "think") else "WRITE"

    def task(self, index, seed):
        task = self.tasks[index]
        wanted = task.user_scenario.instructions
        parts = [str(getattr(wanted, name, None) or "").replace("\n", " ") for name in ("reason_for_call", "known_info", "unknown_info", "task_instructions")]
        script = "\n".join(parts).rstrip() if any(parts) else str(task.user_scenario)
        opening = [{"role": "system", "content": self.template.get_policy()}, {"role": "assistant", "content": "Hi! How can I help you today?"}]
        calls = [{"tool": one.name, "arguments": plain(one.arguments)} for one in task.evaluation_criteria.actions or []]
        return {**asked(opening), "answer": None, "user": script, "calls": calls}

    def open(self):
        return Tau2World(self)

    def begun(self, task):
        """Makes an environment as a task begins: with its data, actions and earlier messages."""
        env, first = self.make(), getattr(task, "initial_state", None)
        if first is not None:
            env.set_state(first.initialization_data, first.initialization_actions, first.message_history or [])
        return env


class Tau2World:
    def __init__(self, offered):
        self.offered, self.task, self.env, self.calls = offered, None, None, []

    def reset(self, index, seed):
        self.task = self.offered.tasks[index]
        self.env = self.offered.begun(self.task)

    def call(self, name, arguments):
        call = importlib.import_module("tau2.data_model.message").ToolCall(id="call", name=name, arguments=arguments, requestor="assistant")
        said = self.env.get_response(call)
        self.calls.append(call)
        return {"text": texted(said.content), **({"failed": True} if said.error else {})}

    def state(self):
        return self.env.get_db_hash(), [(call.name, plain(call.arguments)) for call in self.calls]

    def reward(self, answer, messages):
        """Multiplies what the task is scored by, as the package's evaluator does."""
        criteria = self.task.evaluation_criteria
        basis = {str(getattr(one, "value", one)).upper() for one in getattr(criteria, "reward_basis", None) or ("DB", "COMMUNICATE")}
        parts = {"database": self.database(criteria), "communicated": communicated(criteria.communicate_info or [], answer)}
        counted = {"DB": "database", "COMMUNICATE": "communicated"}
        if "ACTION" in basis:
            parts["acted"] = float(all(any(gold.compare_with_tool_call(call) for call in self.calls) for gold in criteria.actions or []))
            counted["ACTION"] = "acted"
        if "ENV_ASSERTION" in basis:
            parts["environment"] = float(all(self.holds(one) for one in criteria.env_assertions or []))
            counted["ENV_ASSERTION"] = "environment"
        if "NL_ASSERTION" in basis:
            parts["asserted"] = asserted(getattr(criteria, "nl_assertions", None) or [], answer)
            counted["NL_ASSERTION"] = "asserted"
        unknown = sorted(basis - set(counted))
        if unknown:  # Leaving them out would pay too much.
            raise ValueError(f"the task is scored by what is not known here: {unknown}")
        reward = 1.0
        for name in basis:
            reward *= parts[counted[name]]
        return {"reward": reward, "parts": parts}

    def holds(self, assertion):
        try:
            return self.env.run_env_assertion(assertion, raise_assertion_error=False)
        except ValueError:  # What it speaks of is not there.
            return False

    def database(self, criteria):
        gold = self.offered.begun(self.task)
        for action in criteria.actions or []:
            try:
                gold.make_tool_call(action.name, requestor=action.requestor, **action.arguments)
            except Exception:  # As the package's own evaluator does: an action that fails changes nothing.
                pass
        return float(gold.get_db_hash() == self.env.get_db_hash())


def communicated(wanted, answer):
    said = (answer or "").lower().replace(",", "")
    return float(all(one.lower() in said for one in wanted))


def asserted(assertions, answer):
    """Asks the judge what the package asks a model of its own: whether what the agent said keeps each sentence."""
    for one in assertions:
        question = f"A service agent said:\n\n{answer or ''}\n\nIs this true of it: {one}\n\nAnswer with yes or no alone."
        if not JUDGE(question, max_tokens=8).strip().lower().startswith("yes"):
            return 0.0
    return 1.0


__all__ = ["Tau2"]
