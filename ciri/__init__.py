"""The CIRI method: random survival forests that rank, select and score. No Django in here.

What can be imported from here is listed in `__init__.pyi`, and loaded when it is first used: figures need
Altair, forests need numba, and who needs neither waits for neither (Scientific Python's SPEC 1).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
