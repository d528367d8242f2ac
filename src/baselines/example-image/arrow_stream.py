"""The scoring protocol in Python's standard library alone: Arrow IPC streams of flat columns, read and written.

With pyarrow at hand, pyarrow.ipc.open_stream(sys.stdin.buffer) and pyarrow.ipc.new_stream(sys.stdout.buffer, schema) do
the same. Here nothing is needed but struct, so the image holds Python and no package.
"""

import struct
import sys
from array import array

CONTINUATION = 0xFFFFFFFF
SCHEMA, RECORD_BATCH = 1, 3
INT, FLOATING_POINT, UTF8 = 2, 3, 5


class Table:
    """A FlatBuffers table: its fields are found through a table of offsets that stands before or after it."""

    def __init__(self, data, at):
        self.data, self.at = data, at
        self.fields = at - struct.unpack_from("<i", data, at)[0]

    @staticmethod
    def root(data):
        return Table(data, struct.unpack_from("<I", data, 0)[0])

    def _place(self, index):
        size = struct.unpack_from("<H", self.data, self.fields)[0]
        if 4 + 2 * index >= size:
            return 0
        offset = struct.unpack_from("<H", self.data, self.fields + 4 + 2 * index)[0]
        return self.at + offset if offset else 0

    def number(self, index, form, default=0):
        place = self._place(index)
        return struct.unpack_from("<" + form, self.data, place)[0] if place else default

    def _target(self, index):
        place = self._place(index)
        return place + struct.unpack_from("<I", self.data, place)[0] if place else 0

    def table(self, index):
        target = self._target(index)
        return Table(self.data, target) if target else None

    def text(self, index):
        target = self._target(index)
        if not target:
            return ""
        length = struct.unpack_from("<I", self.data, target)[0]
        return bytes(self.data[target + 4 : target + 4 + length]).decode()

    def tables(self, index):
        target = self._target(index)
        count = struct.unpack_from("<I", self.data, target)[0] if target else 0
        places = (target + 4 + 4 * item for item in range(count))
        return [Table(self.data, place + struct.unpack_from("<I", self.data, place)[0]) for place in places]

    def pairs(self, index):
        """A vector of structs of two 64-bit integers."""
        target = self._target(index)
        count = struct.unpack_from("<I", self.data, target)[0] if target else 0
        return [struct.unpack_from("<qq", self.data, target + 4 + 16 * item) for item in range(count)]


def _exactly(stream, count):
    data = stream.read(count)
    if len(data) < count:
        raise EOFError(f"the stream ends within a message: {len(data)} of {count} bytes")
    return data


def _messages(stream):
    """(type, header, body) of each message, up to the stream's end."""
    while True:
        mark, length = struct.unpack("<Ii", _exactly(stream, 8))
        if mark != CONTINUATION:
            raise ValueError("no Arrow message begins here")
        if length == 0:
            return
        message = Table.root(_exactly(stream, length))
        body = _exactly(stream, message.number(3, "q"))
        yield message.number(1, "B"), message.table(2), body


def _kind(field):
    """How a column's values are read: a code of the array module, or "text"."""
    kind, what = field.number(2, "B"), field.table(3)
    if kind == FLOATING_POINT:
        return {1: "f", 2: "d"}[what.number(0, "h")]
    if kind == INT:
        return {32: "i", 64: "q"}[what.number(0, "i")]
    if kind == UTF8:
        return "text"
    raise TypeError(f"column {field.text(0)!r} is of Arrow type {kind}")


def _texts(offsets, values):
    ends = array("i", offsets)
    return [values[start:end].decode() for start, end in zip(ends, ends[1:])]


def read_batches(stream):
    """Yields (row count, {column name: values}) for each batch; missing numbers are NaN."""
    fields = []
    for kind, header, body in _messages(stream):
        if kind == SCHEMA:
            fields = [(field.text(0), _kind(field)) for field in header.tables(1)]
            continue
        buffers = iter(header.pairs(2))
        columns = {}
        for name, form in fields:
            next(buffers)  # validity: nothing in this protocol is null
            parts = [body[at : at + size] for at, size in (next(buffers) for _ in range(1 + (form == "text")))]
            columns[name] = _texts(*parts) if form == "text" else array(form, parts[0])
        yield header.number(0, "q"), columns


# A message is a FlatBuffer of fixed form here, so its offsets can be written down: a root, the message's own table with
# version, type, header and body length, and from byte 40 on what the header holds.
def _message(kind, header_at, header, body):
    start = struct.pack("<I6Hi hB x q I 4x", 16, 12, 20, 4, 6, 16, 8, 12, 4, kind, len(body), header_at - 32)
    metadata = start + header
    return struct.pack("<Ii", CONTINUATION, len(metadata)) + metadata + body


def score_schema():
    """The schema of one column, "score", of 64-bit floats."""
    header = struct.pack("<4H iI", 8, 8, 0, 4, 8, 4)  # the schema: no dictionaries, its fields next
    header += struct.pack("<II", 1, 20)  # one field, in the table that follows
    header += struct.pack("<8H", 16, 20, 4, 0, 16, 8, 0, 12)
    header += struct.pack("<iIII B3x", 16, 16, 32, 36, FLOATING_POINT)
    header += struct.pack("<I8s", 5, b"score")
    header += struct.pack("<3H2x ih2x", 6, 8, 4, 8, 2)  # its type: double precision
    header += struct.pack("<I4x", 0)  # no children
    return _message(SCHEMA, 48, header, b"")


def score_batch(scores):
    """A record batch of that column."""
    body = array("d", scores).tobytes()
    header = struct.pack("<5H 6x", 10, 20, 8, 4, 16)
    header += struct.pack("<iIqI", 16, 16, len(scores), 28)
    header += struct.pack("<Iqq", 1, len(scores), 0)  # one node: rows, nulls
    header += struct.pack("<4xIqqqq", 2, 0, 0, 0, len(body))  # two buffers: no validity, the values
    return _message(RECORD_BATCH, 56, header, body)


END_OF_STREAM = struct.pack("<Ii", CONTINUATION, 0)


def serve(score):
    """Reads features from stdin and writes score(rows, columns) to stdout, batch by batch, flushing each."""
    out = sys.stdout.buffer
    out.write(score_schema())
    for rows, columns in read_batches(sys.stdin.buffer):
        out.write(score_batch(score(rows, columns)))
        out.flush()
    out.write(END_OF_STREAM)
    out.flush()
