"""Finds the environment that a name means."""
import importlib
import importlib.util
import os
import sys

PACKAGES = {
    "reasoning-gym": ("reasoning_gym", "packages.ReasoningGym", "reasoning-gym"),
    "textarena": ("textarena", "packages.TextArena", "textarena"),
    "gymnasium": ("gymnasium", "packages.Gymnasium", "gymnasium[toy-text]"),
    "skyrl": ("skyrl_gym", "packages.SkyRl", "skyrl-gym"),
    "verifiers": ("verifiers", "suites.Verifiers", "verifiers==0.4.0"),
    "openenv": ("openenv", "suites.OpenEnv", "openenv"),
    "nemo-gym": ("nemo_gym", "suites.NemoGym", "nemo-gym"),
    "tau2": ("tau2", "tau2.Tau2", "git+https://github.com/sierra-research/tau2-bench"),
}


class Unknown(Exception):
    """The name means nothing, or needs something that is not installed."""


def environment(settings):
    """Makes the environment of a name: FILE.py, ROWS.jsonl, PACKAGE/ID or MODULE:ATTRIBUTE."""
    name, config = settings["environment"], settings["config"]
    package, slash, rest = name.partition("/")
    if slash and package in PACKAGES and not os.path.exists(name):
        return packaged(package, rest, config)
    if name.startswith("dataset:"):
        from coppice_world.rows import RowsEnvironment, hugging_face

        return RowsEnvironment(hugging_face(name.removeprefix("dataset:")), config)
    if name.endswith((".jsonl", ".parquet", ".json")):
        from coppice_world.rows import RowsEnvironment

        return RowsEnvironment(name, config)
    from coppice_world.module import ModuleEnvironment

    if name.endswith(".py"):
        return ModuleEnvironment(file_module(name), config)
    module, _, attribute = name.partition(":")
    sys.path.insert(0, settings["folder"])
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise Unknown(f"{error} (in {sys.executable}); known packages are {', '.join(PACKAGES)}") from None
    return ModuleEnvironment(found, config, attribute)


def packaged(package, rest, config):
    module, adapter, distribution = PACKAGES[package]
    if config.get("folder"):  # A package, or a stand-in for it, may lie beside the environment.
        sys.path.insert(0, config["folder"])
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise Unknown(f"{error}: install it with  {sys.executable} -m pip install '{distribution}'") from None
    file, name = adapter.split(".")
    return getattr(importlib.import_module("coppice_world." + file), name)(rest, config)


def file_module(path):
    """Imports a file under its own name, so that its classes are found again."""
    if not os.path.isfile(path):
        raise Unknown(f"there is no file {path}")
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
