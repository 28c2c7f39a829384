"""Generators that a process has one of."""
import random
import sys


def reseed(seed):
    """Starts every global generator again from a seed: equal calls in equal states draw alike."""
    random.seed(seed)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed(seed & 0xFFFFFFFF)
    if torch is not None and hasattr(torch, "manual_seed"):
        torch.manual_seed(seed & 0x7FFFFFFFFFFFFFFF)
