"""A conversation of verifiers: a seller comes down by one for each offer that is refused."""
import verifiers.v1 as vf


class Data(vf.TaskData):
    price: int = 9


class Bargain(vf.Task[Data, vf.State, vf.TaskConfig]):
    @vf.reward(weight=1.0)
    async def cheap(self, task, trace) -> float:
        return 1.0 - trace.info.get("paid", 10) / 10


class BargainTaskset(vf.Taskset[Bargain, vf.TasksetConfig]):
    def load(self):
        for n in range(20):
            yield Bargain(Data(prompt="", price=5 + n % 5), self.config.task)


class BargainEnv(vf.Env[vf.EnvConfig]):
    async def run(self, task, agents):
        price = task.data.price
        async with agents.buyer.interaction(task) as buyer:
            while True:
                said = (await buyer.turn(f"It costs {price}.")).root_reply
                if "deal" in said:
                    break
                price -= 1
            buyer.trace.info["paid"] = price


__all__ = ["BargainTaskset", "BargainEnv"]
