"""Reaches a Dask cluster: by a client, the address of its scheduler, or the file that the scheduler has written."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from heatsim.errors import UsageError

if TYPE_CHECKING:
    from distributed import Client

_CONNECT = 20.0  # s to reach the scheduler
_NO_HOST = ("inproc", "ucx")  # kinds of addresses in which Dask finds no host and port


def cluster_threads(cluster: Client | str) -> int:
    """Return how many cases a cluster runs at once."""
    with connected(cluster) as client:
        return sum(client.nthreads().values())


@contextmanager
def connected(cluster: Client | str) -> Iterator[Client]:
    """Give a client of the cluster; one that was made here is closed at the end."""
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            f'dask needs the package distributed ({short(error)}); install it by `pip install "heatsim[dask]"`'
        ) from error
    if isinstance(cluster, Client):
        if cluster.asynchronous or cluster.status != "running":
            raise UsageError(
                f"the Dask client is {cluster.status or 'closed'}; give one that is connected, and not asynchronous"
            )
        yield cluster
        return
    if not isinstance(cluster, str):
        raise UsageError(f"dask is a {type(cluster).__name__}; give a distributed.Client or the address of a scheduler")
    address = _address(cluster)
    try:
        client = Client(address, timeout=_CONNECT, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(
            f"no Dask scheduler answers at {cluster} ({short(error)}); start one by `dask scheduler`, or check the "
            "address"
        ) from error
    try:
        yield client
    finally:
        with contextlib.suppress(OSError, TimeoutError):
            client.close(timeout=5)


def _address(given: str) -> str:
    """Return the address of a scheduler that is given by it, or by its file; a client that has none takes its time."""
    from distributed.comm.addressing import get_address_host_port, parse_address

    address = given
    if given.endswith(".json") or Path(given).is_file():
        try:
            address = json.loads(Path(given).read_text(encoding="utf-8"))["address"]
        except FileNotFoundError as error:
            raise UsageError(
                f"{given}: there is no such scheduler file; start `dask scheduler --scheduler-file {given}`"
            ) from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"{given}: is no scheduler file, which has an address; let `dask scheduler --scheduler-file` write it"
            ) from error
    try:
        if parse_address(address)[0] not in _NO_HOST:
            get_address_host_port(address)
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"dask '{given}': is no address of a scheduler ({short(error)}); write tcp://HOST:8786, or the path of its "
            "scheduler file"
        ) from error
    return str(address)


def short(error: BaseException | None) -> str:
    """Return an error in one line."""
    return " ".join(str(error).split())[:200] or type(error).__name__
