"""A thousand event streams open while writes come in: how long after a create is answered each of them has it."""

import resource
import select
import socket
import time

from .changes import unit_of

STREAMS = 1_000
WRITES = 25


def all_hear(service, report):
    """Opens the streams, writes, and tells the time from each answer to the event's arrival at all of them."""
    _allow_many_files()
    officer = service.token("council-officer")
    before = service.resident_mib()
    listeners = Listeners(service.port, officer)
    writer = Writer(service.port, officer, unit_of(service, officer))
    arrivals, last = [], []
    for number in range(WRITES):
        answered, heard = listeners.after(writer, number)
        waits = sorted((at - answered) * 1000 for at in heard)
        arrivals += waits
        last.append(waits[-1])
        time.sleep(0.1)
    memory = service.resident_mib() - before
    listeners.close()
    arrivals.sort()
    at = lambda share: arrivals[min(len(arrivals) - 1, int(len(arrivals) * share))]
    report.heading(
        f"{WRITES} creates heard by {STREAMS:,} streams",
        "p50 ms",
        "p99 ms",
        "max ms",
        "the last stream, median ms",
        "memory, MiB",
    )
    report.row(
        "after the create's answer",
        f"{at(0.5):.1f}",
        f"{at(0.99):.1f}",
        f"{at(1):.1f}",
        f"{sorted(last)[WRITES // 2]:.1f}",
        f"{memory:.0f}",
    )
    report.facts |= {"streams, p99": at(0.99), "streams, max": at(1), "streams, memory": memory}


def _allow_many_files():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most != resource.RLIM_INFINITY and most < STREAMS + 200:
        raise SystemExit(f"{STREAMS} streams need more open files than {most}: ulimit -n")


class Listeners:
    """Streams as raw sockets under one `epoll`: what reads them must cost little beside what writes them."""

    def __init__(self, port, token):
        self.poll, self.sockets = select.epoll(), {}
        request = f"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        for _ in range(STREAMS):
            stream = socket.create_connection(("127.0.0.1", port))
            stream.sendall(request)
            head = stream.recv(4096)
            if b" 200 " not in head:
                raise SystemExit(f"a stream was refused: {head[:300].decode()}")
            stream.setblocking(False)
            self.sockets[stream.fileno()] = stream
            self.poll.register(stream, select.EPOLLIN)

    def after(self, writer, number):
        """When a create was answered, and when each stream had it: the first that it gets with the record's id."""
        self._silence()
        self.poll.register(writer.socket, select.EPOLLIN)
        writer.send(number)
        answered, heard, begun = None, {}, time.monotonic()
        read = {descriptor: b"" for descriptor in self.sockets}
        while answered is None or len(heard) < STREAMS:
            if time.monotonic() - begun > 20:
                raise SystemExit(f"{STREAMS - len(heard)} streams did not hear of a create within 20 s")
            for descriptor, _ in self.poll.poll(1):
                if descriptor == writer.socket.fileno():
                    answered = writer.answered() or answered
                    continue
                read[descriptor] += self.sockets[descriptor].recv(65536)
                # An event is whole when an empty line follows its data.
                if (
                    descriptor not in heard
                    and b"data:" in read[descriptor]
                    and read[descriptor].endswith((b"\n\n", b"\n\n\r\n"))
                ):
                    heard[descriptor] = time.monotonic()
        self.poll.unregister(writer.socket)
        return answered, heard.values()

    def _silence(self):
        """Reads what has come since, keep-alive comments."""
        for descriptor, _ in self.poll.poll(0):
            self.sockets[descriptor].recv(65536)

    def close(self):
        """Hangs up."""
        for stream in self.sockets.values():
            stream.close()


class Writer:
    """A client that makes drafts, on a connection of its own."""

    def __init__(self, port, token, unit):
        self.token, self.unit = token, unit
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.told = b""

    def send(self, number):
        """Sends a create."""
        body = (
            f'{{"name":"LKSA Muhammadiyah Cahaya Umat","kind":"lksa","operator":"muhammadiyah","unit_id":"{self.unit}",'
            f'"address":{{"region":"35.78.01.1001","street":"Jl. Aliran No. {number}"}}}}'
        ).encode()
        head = (
            f"POST /v1/institutions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        self.told = b""
        self.socket.sendall(head + body)

    def answered(self):
        """When the answer came; nothing while only part of it is there."""
        self.told += self.socket.recv(65536)
        head, _, body = self.told.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")),
            None,
        )
        if length is None or len(body) < length:
            return None
        if b" 201 " not in head[:20]:
            raise SystemExit(f"a create was refused: {self.told[:500].decode()}")
        return time.monotonic()
