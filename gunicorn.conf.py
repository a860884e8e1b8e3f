"""The production server. On SQLite one process takes all requests, since one writer is fastest there
(docs/decisions/0003); on PostgreSQL there are several. Settings come from the environment that bin/serve
passes on.
"""

import os
import sys
from pathlib import Path
from typing import Any

# gunicorn reads this file before it knows the folder
sys.path.insert(0, str(Path(__file__).resolve().parent))

from survey.startup import check_or_exit, whole_number_or_exit

_on_sqlite = not os.environ.get("DATABASE_URL", "").startswith("postgresql")

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{whole_number_or_exit('PORT', 8000)}"
worker_class = "survey.server_worker.WholeRequestWorker"
workers = 1 if _on_sqlite else whole_number_or_exit("WORKERS", 2)
threads = 16
timeout = 60
graceful_timeout = 10
keepalive = 15
preload_app = False
accesslog = None  # the application logs requests itself, without addresses
errorlog = "-"
loglevel = "error"  # a warning about a request that is no HTTP holds the address it came from


def on_starting(server: Any) -> None:
    """Refuse to start on settings or a database that cannot be used, before there is a worker."""
    check_or_exit()


def post_worker_init(worker: Any) -> None:
    """Start the background work of a process that serves; leases in the database divide it among them."""
    from survey.web.background import start_periodic

    start_periodic(worker.wsgi)
