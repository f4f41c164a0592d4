"""How the web process runs; gunicorn finds this file where it starts. Figures stand in bench/README.md."""

from __future__ import annotations

import os

# Every address, since a container's only one is not known before; `exodrive up` sets 127.0.0.1.
HOST = os.environ.get("HOST") or "0.0.0.0"  # noqa: S104  said above
bind = f"{HOST}:{os.environ.get('PORT') or '8000'}"

# Threads share a process's memory and its database connections (8, and 8 more in a crowd: `exodrive/app.py`);
# processes get around the one lock that Python's threads wait at. One process for each core, two at least.
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 8)

# Longer than the proxy in front keeps an idle connection (nginx and Amazon's balancers: 60 seconds), or it
# would now and then send a request into one that is just being closed, and answer 502 for it.
keepalive = 75

# No page takes seconds, since none calls a provider: a process that has not stirred for half a minute hangs.
timeout = 30
# Requests that are under way at a stop may end. Docker kills after ten seconds unless it is told otherwise.
graceful_timeout = 8

# Whatever a library may leak ends with its process; spread, so that not all begin anew at the same moment.
max_requests = 20_000
max_requests_jitter = 4_000

# Not loaded before the fork: it would save memory, but whatever a library opens or draws as it is loaded
# (connections, threads, seeds) would be shared by all processes, and HUP could not take a new release in.
preload_app = False

# The heartbeat's file: in memory, where writing waits for no disk.
MEMORY = "/dev/shm"  # noqa: S108  gunicorn draws the file's name
worker_tmp_dir = MEMORY if os.path.isdir(MEMORY) else None

# Requests are logged by the app, as JSON with their number and without personal data.
accesslog = None
loglevel = "warning"
control_socket_disable = True
