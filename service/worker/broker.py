"""Celery as this product uses it: one queue of wake-ups, at a server or in the data directory.

A message says that there is work; which job is the most urgent one, the worker asks the database. So messages may be
lost, doubled or out of order, and are acknowledged as soon as they are taken: rows and leases decide, and no visibility
timeout can give out work twice. There are no results, no events and no remote control: nothing but JSON, in one
direction.
"""

from __future__ import annotations

from typing import Any, Final

from celery import Celery
from kombu.entity import Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES

from service.settings import Settings

WAKE: Final = "certlight.wake"
"""The one kind of message. Its argument, a job's identifier, is for people who look at a queue."""
CONNECT_SECONDS: Final = 2
_FOLDER: Final = "certlight-folder"

TRANSPORT_ALIASES[_FOLDER] = "service.worker.folder:Transport"


def make_app(settings: Settings) -> Celery:
    """The application, for those who tell and those who listen; no connection is made yet."""
    url = settings.broker_url.get_secret_value() if settings.broker_url else f"{_FOLDER}://localhost/"
    name = settings.jobs.queue
    app = Celery("certlight", set_as_current=False)
    app.conf.update(
        broker_url=url,
        broker_transport_options=_options(url, settings),
        broker_connection_timeout=CONNECT_SECONDS,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # A worker in mid-work does not listen; a dead connection is found when it does again.
        broker_heartbeat=0,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        result_backend=None,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_queues=[_queue(name)],
        task_default_queue=name,
        task_create_missing_queues=False,
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_proc_alive_timeout=30,
        enable_utc=True,
    )
    return app


def _queue(name: str) -> Queue:
    # The default exchange, which every broker has: nothing needs to be bound to anything.
    return Queue(name, Exchange("", type="direct"), routing_key=name, durable=True)  # type: ignore[no-untyped-call]


def waiting(app: Celery) -> int:
    """Messages nobody has taken yet. Raises kombu's and the driver's errors."""
    with app.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, timeout=CONNECT_SECONDS)
        told = connection.default_channel.queue_declare(
            queue=app.conf.task_default_queue, durable=True, auto_delete=False
        )
        return int(told.message_count)


def _options(url: str, settings: Settings) -> dict[str, Any]:
    scheme = url.partition("://")[0]
    if scheme == _FOLDER:
        return {"folder": str(settings.data_dir.absolute() / "broker")}
    if scheme in ("redis", "rediss"):
        return {
            "global_keyprefix": f"{settings.jobs.queue}:",
            # Of unacknowledged messages; none stays so while a job runs.
            "visibility_timeout": 3600,
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_timeout": 10,
            "socket_keepalive": True,
            "health_check_interval": 30,
        }
    return {"read_timeout": 10, "write_timeout": 10, "confirm_publish": False}
