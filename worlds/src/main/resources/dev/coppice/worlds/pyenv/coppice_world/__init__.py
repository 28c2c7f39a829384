"""Hosts a Python environment for Coppice: one process per distinct state, forked at branch points.

Standard library only. Read in this order: host.py (what a process answers), wire.py (frames), guard.py
(what a fork does not copy), digest.py (states by value), module.py (a user's file), packages.py (what
is known by name).
"""
