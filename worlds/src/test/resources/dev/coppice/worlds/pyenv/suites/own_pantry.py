"""A task set of verifiers with tools over a shelf, for the tests of its adapter."""
import verifiers.v1 as vf


class Shelf(vf.State):
    jars: int = 0


class Pantry(vf.Toolset[vf.ToolsetConfig, Shelf]):
    async def setup_task(self, task):
        self.log = []

    @vf.tool
    async def put(self, count: int) -> str:
        """Puts jars onto the shelf."""
        self.log.append(count)
        self.state.jars += count
        return f"{self.state.jars} jars, {len(self.log)} times"

    @vf.tool
    def look(self) -> str:
        """Looks at the shelf."""
        return f"{self.state.jars} jars"


class Data(vf.TaskData):
    answer: str = ""


class PantryTask(vf.Task[Data, Shelf, vf.TaskConfig]):
    @classmethod
    def toolsets(cls, config):
        return [Pantry(vf.ToolsetConfig())]

    @vf.reward(weight=1.0)
    async def right(self, task, trace) -> float:
        return float(trace.last_reply.strip() == task.answer)


class PantryTaskset(vf.Taskset[PantryTask, vf.TasksetConfig]):
    def load(self):
        for n in range(20):
            yield PantryTask(Data(prompt=f"Put {n} jars.", system_prompt="Be tidy.", answer=str(n)), self.config.task)


__all__ = ["PantryTaskset"]
