"""Arrow columns as numpy views, without a copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Int8 = npt.NDArray[np.int8]
Int16 = npt.NDArray[np.int16]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]

T = TypeVar("T", bound=npt.NDArray[Any])


@dataclass(frozen=True)
class Ragged(Generic[T]):
    """Lists of different lengths: row ``i`` is ``values[offsets[i]:offsets[i + 1]]``."""

    values: T
    offsets: Int32

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> T:
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        return self.values[self.offsets[row] : self.offsets[row + 1]]  # type: ignore[return-value]

    @property
    def lengths(self) -> Int32:
        """The length of each row."""
        return np.diff(self.offsets)


def numbers(array: pa.Array) -> npt.NDArray[Any]:
    """Views a column of numbers without nulls."""
    if len(array) == 0:
        return np.empty(0, dtype=array.type.to_pandas_dtype())
    view: npt.NDArray[Any] = array.to_numpy(zero_copy_only=True)
    return view


def numbers_or_nan(array: pa.Array) -> Float32:
    """Reads a column of float32, with NaN where it is null; copies only where there are nulls."""
    if array.null_count == 0:
        return numbers(array)
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.float32)


def ragged(array: pa.ListArray) -> Ragged[Any]:
    """Views a column of lists of numbers; a slice of a column gives the values of the slice."""
    return Ragged(numbers(items(array)), offsets(array))


def items(array: pa.ListArray) -> pa.Array:
    """Views the items of all lists of a column, one list after the other."""
    if len(array) == 0:
        return array.values.slice(0, 0)
    bounds = numbers(array.offsets)
    first = int(bounds[0])
    return array.values.slice(first, int(bounds[-1]) - first)


def offsets(array: pa.ListArray) -> Int32:
    """Views the offsets of a column of lists, from 0; only those of a slice are copied."""
    if len(array) == 0:
        return np.zeros(1, dtype=np.int32)
    bounds: Int32 = numbers(array.offsets)
    return bounds if bounds[0] == 0 else bounds - bounds[0]


def gather(starts: Int32, lengths: Int32) -> Int64:
    """Lists the places of several runs one after the other."""
    ends = np.cumsum(lengths, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    shift = np.asarray(starts, dtype=np.int64) - (ends - lengths)
    places: Int64 = np.arange(total, dtype=np.int64) + np.repeat(shift, lengths)
    return places
