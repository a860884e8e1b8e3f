"""The product's own configuration for the yardstick, which has no weekly summaries to look after."""

import runpy
from pathlib import Path

_product = runpy.run_path(str(Path(__file__).resolve().parents[1] / "gunicorn.conf.py"))
globals().update({name: value for name, value in _product.items() if not name.startswith("_")})
del globals()["post_worker_init"]
