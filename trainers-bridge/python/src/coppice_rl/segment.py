"""Segments: the immutable Arrow files in the folder ``trajectories`` of a run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from coppice_rl.cut import cuts_of
from coppice_rl.errors import FormatError
from coppice_rl.header import Header
from coppice_rl.rows import FlatGroup, PackedGroup

_NAME = re.compile(r"(seg-\d{6,9})\.(nodes|leaves|flat)\.arrow")


def segments(folder: str | Path, *, validate: bool = False) -> Iterator[Segment]:
    """Opens the whole segments of a folder in order, one at a time.

    A tree-packed segment whose leaves are not there yet is not whole and is left out.
    """
    names = set()
    for path in Path(folder).iterdir():
        match = _NAME.fullmatch(path.name)
        if match and match.group(2) != "nodes":
            names.add(match.group(1))
    for name in sorted(names):
        with Segment(folder, name, validate=validate) as segment:
            yield segment


class Segment:
    """One segment, memory-mapped: iterating gives one prompt group after the other.

    A tree-packed segment gives :class:`PackedGroup`, a flat one :class:`FlatGroup`. The arrays of a
    group are views of the file; they stay good after the segment is closed.
    """

    def __init__(self, folder: str | Path, name: str, *, validate: bool = False) -> None:
        """Opens a segment by its folder and its name, for example ``seg-000001``.

        :param validate: checks every offset and value of a group before it is shown.
        """
        self.name = name
        self._folder = Path(folder)
        self._validate = validate
        self.is_flat = (self._folder / f"{name}.flat.arrow").exists()
        parts = ("flat",) if self.is_flat else ("nodes", "leaves")
        self.files = tuple(self._folder / f"{name}.{part}.arrow" for part in parts)
        self._maps: list[pa.MemoryMappedFile] = []
        self._readers = []
        try:
            for file in self.files:
                self._readers.append(self._open(file))
            self.header = Header.parse(self._readers[-1].schema.metadata, str(self.files[-1]))
            for file, reader in zip(self.files, self._readers, strict=True):
                Header.parse(reader.schema.metadata, str(file))
            places = [self._groups(file) for file in range(len(self.files))]
            if any([g for g, *_ in found] != [g for g, *_ in places[-1]] for found in places):
                raise FormatError(f"{self.files[0]} has other groups than {self.files[-1]}")
            self._places = places
        except BaseException:
            self.close()
            raise

    def _open(self, file: Path) -> pa.RecordBatchFileReader:
        try:
            mapped = pa.memory_map(str(file))
            self._maps.append(mapped)
            return pa.ipc.open_file(mapped)
        except FileNotFoundError as fault:
            raise FormatError(f"{file} is missing: the segment is not whole") from fault
        except (pa.ArrowInvalid, OSError) as fault:
            raise FormatError(f"{file} is not a whole Arrow file: {fault}") from fault

    def __len__(self) -> int:
        """The number of groups."""
        return len(self._places[-1])

    def __getitem__(self, index: int) -> PackedGroup | FlatGroup:
        """The group at a place."""
        if self.is_flat:
            return self.flat(index)
        return self.packed(index)

    def __iter__(self) -> Iterator[PackedGroup | FlatGroup]:
        for index in range(len(self)):
            yield self[index]

    def packed(self, index: int) -> PackedGroup:
        """The group at a place of a tree-packed segment."""
        if self.is_flat:
            raise FormatError(f"{self.files[0]} is flat: a flat segment has no nodes")
        return PackedGroup.of(self._batch(0, index), self._batch(1, index))

    def flat(self, index: int) -> FlatGroup:
        """The group at a place, expanded where the segment is tree-packed."""
        if self.is_flat:
            return FlatGroup.of(self._batch(0, index))
        return self.packed(index).expand()

    def _groups(self, file: int) -> list[tuple[int, int, int, int]]:
        """Lists where the groups of a file are: id, batch, first row, number of rows."""
        found = []
        for number in range(self._readers[file].num_record_batches):
            ids, cuts = cuts_of(self._read(file, number))
            for place, group in enumerate(ids.tolist()):
                found.append((group, number, cuts[place], cuts[place + 1] - cuts[place]))
        return found

    def _batch(self, file: int, index: int) -> pa.RecordBatch:
        if not 0 <= index < len(self):
            raise IndexError(f"group {index} of {len(self)} in {self.name}")
        _, number, first, rows = self._places[file][index]
        batch = self._read(file, number)
        if self._validate:
            try:
                batch.validate(full=True)
            except pa.ArrowInvalid as fault:
                raise FormatError(
                    f"{self.files[file]} is damaged in group {index}: {fault}"
                ) from fault
        return batch.slice(first, rows)

    def _read(self, file: int, number: int) -> pa.RecordBatch:
        try:
            return self._readers[file].get_batch(number)
        except (pa.ArrowInvalid, OSError) as fault:
            raise FormatError(
                f"{self.files[file]} is damaged in batch {number}: {fault}"
            ) from fault

    def sha256(self) -> tuple[str, ...]:
        """Digests the files, to compare with the seal in the run's journal."""
        digests = []
        for file in self.files:
            with file.open("rb") as content:
                digest = hashlib.sha256()
                while chunk := content.read(1 << 20):
                    digest.update(chunk)
                digests.append(digest.hexdigest())
        return tuple(digests)

    def close(self) -> None:
        """Closes the files; arrays that were taken from them stay good."""
        self._readers.clear()
        self._maps.clear()

    def __enter__(self) -> Segment:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
