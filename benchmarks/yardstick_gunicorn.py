"""The product's own configuration for the yardstick, which has neither database nor background work."""

import runpy
from pathlib import Path

_product = runpy.run_path(str(Path(__file__).resolve().parents[1] / "gunicorn.conf.py"))
globals().update({name: value for name, value in _product.items() if not name.startswith("_")})
for _hook in ("on_starting", "post_worker_init"):
    del globals()[_hook]
