"""Stands in for omegaconf, as far as the adapter of NeMo Gym asks for it."""


class OmegaConf:
    @staticmethod
    def create(values):
        return dict(values)
