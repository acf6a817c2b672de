"""Messages between a process that calls and one that answers.

What comes back is not trusted: a binary that has gone wrong may write anything into its process. Answers are made of
plain values only, and nothing that an answer names is imported or called.
"""

from __future__ import annotations

import io
import pickle
import struct
from typing import Any, BinaryIO

import numpy as np

MESSAGE_LIMIT = 2 * 1024**3  # B; a serialised state of an FMU may be large
_HEADER = struct.Struct("<4sQ")
_MARK = b"hsim"
_ARRAY = "array of float"


class GarbageError(Exception):
    """What came is not a message."""


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise GarbageError(f"it names {module}.{name}")


def write_message(stream: BinaryIO, content: bytes) -> None:
    """Write one message and flush."""
    stream.write(_HEADER.pack(_MARK, len(content)))
    stream.write(content)
    stream.flush()


def read_message(stream: BinaryIO) -> bytes:
    """Next message.

    Raises
    ------
    EOFError
        When the other side has gone.
    GarbageError
        When it is not a message.
    """
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise EOFError
    mark, size = _HEADER.unpack(header)
    if mark != _MARK or size > MESSAGE_LIMIT:
        raise GarbageError("it does not begin as an answer does")
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def encode(value: Any) -> bytes:
    """Bytes of a value made of numbers, texts, bytes, tuples, lists, dicts, None and arrays of floats."""
    return pickle.dumps(_plain(value), protocol=pickle.HIGHEST_PROTOCOL)


def decode(content: bytes) -> Any:
    """Value from the bytes of an answer.

    Raises
    ------
    GarbageError
        When it is not made of plain values.
    """
    try:
        return _rich(_PlainUnpickler(io.BytesIO(content)).load())
    except GarbageError:
        raise
    except Exception as error:
        raise GarbageError(f"it cannot be read: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return (_ARRAY, np.ascontiguousarray(value, dtype=float).tobytes())
    if isinstance(value, tuple):
        return tuple(_plain(v) for v in value)
    return value


def _rich(value: Any) -> Any:
    if isinstance(value, tuple):
        if len(value) == 2 and value[0] == _ARRAY and isinstance(value[1], bytes):
            return np.frombuffer(value[1], dtype=float).copy()
        return tuple(_rich(v) for v in value)
    return value
