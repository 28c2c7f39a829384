"""One event loop for all that is asynchronous in an environment, between two questions of the engine."""
import asyncio
import inspect
import selectors


class Loop:
    """An event loop that survives a fork: it owns no epoll, and a child gets a wake-up pipe of its own when it needs one."""

    def __init__(self):
        self.loop, self.stale = None, False

    def run(self, value):
        """Returns a value, or what an awaitable comes to."""
        if not inspect.isawaitable(value):
            return value
        if self.loop is None:
            self.loop = asyncio.SelectorEventLoop(selectors.PollSelector())
        if self.stale:
            self.loop._close_self_pipe()
            self.loop._make_self_pipe()
            self.loop._default_executor = None
            self.stale = False
        asyncio.set_event_loop(self.loop)
        return self.loop.run_until_complete(awaited(value))

    def after_fork(self):
        self.stale = self.loop is not None

    def fds(self):
        return {self.loop._ssock.fileno(), self.loop._csock.fileno()} if self.loop else set()


async def awaited(value):
    return await value


LOOP = Loop()
run = LOOP.run
