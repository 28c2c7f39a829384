"""Adapters to trainers, one module each; a module imports its trainer when it is used."""
