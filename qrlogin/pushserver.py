"""How gunicorn runs the push process: `gunicorn -c qrlogin/pushserver.py -b 127.0.0.1:8001 wsgi:app`.

Gunicorn reads this file before gevent has patched anything; it must therefore import nothing of ours, nor a driver.
"""

import resource
import threading
import time
from typing import Any

MOST = 12_500  # AUTHSVC_HELD_CALLS (12,000 in this role), probes and answers of a moment
SPARE = 500  # open files besides
LOOK_EVERY_SECONDS = 0.2

lowest, highest = resource.getrlimit(resource.RLIMIT_NOFILE)
if highest == resource.RLIM_INFINITY or highest > MOST + SPARE:
    highest = MOST + SPARE
resource.setrlimit(resource.RLIMIT_NOFILE, (max(lowest, highest), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

raw_env = ["AUTHSVC_ROLE=push"]
worker_class = "gevent"
workers = 1  # more processes need a port and a command of their own each
worker_connections = min(MOST, max(lowest, highest) - SPARE)
backlog = 4096
graceful_timeout = 10
keepalive = 2
control_socket_disable = True
forwarder_headers = ""  # by default it takes SCRIPT_NAME from whoever comes over the loopback


def post_worker_init(worker: Any) -> None:
    """End the streams when the process is told to end; nobody else tells them."""
    lookout = worker.wsgi.extensions["lookout"]

    def end() -> None:
        while worker.alive:
            time.sleep(LOOK_EVERY_SECONDS)
        lookout.close()

    threading.Thread(target=end, daemon=True).start()
