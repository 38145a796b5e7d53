"""The figures of a model, as Vega-Lite specifications: page, file and notebook draw the same one."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
