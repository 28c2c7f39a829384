"""Stands in for NeMo Gym: its entry points as its documentation has them, none of its code."""
