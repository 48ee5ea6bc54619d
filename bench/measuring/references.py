"""The servers of `aumsos-bench`: bare actix-web with the service's bytes, and raw sqlx with its statements."""

import json
import pathlib

from .processes import RELEASE, WORKERS, Server, free_port

PROGRAM = RELEASE / "aumsos-bench"
# As many connections as the service holds on PostgreSQL.
CONNECTIONS = 16


class Bare(Server):
    """Answers from memory with what the service answered, byte for byte and header for header."""

    def __init__(self, folder, answers):
        pathlib.Path(folder).mkdir()
        left_out = {"content-length", "date", "connection", "transfer-encoding"}
        for name, (answer, body) in answers.items():
            headers = [f"{key}: {value}" for key, value in answer.getheaders() if key.lower() not in left_out]
            pathlib.Path(folder, name).write_bytes(body)
            pathlib.Path(folder, name + ".headers").write_text("\n".join(headers))
        port = free_port()
        super().__init__([PROGRAM, "answers", f"127.0.0.1:{port}", WORKERS, folder], port, "/none")


class Raw(Server):
    """Sends PostgreSQL the statements that the service was seen to send, and answers with the documents of the rows."""

    def __init__(self, file, database_url, statements):
        kept = [{"name": name, "statement": sent.text, "parameters": sent.values} for name, sent in statements.items()]
        pathlib.Path(file).write_text(json.dumps(kept))
        port = free_port()
        command = [PROGRAM, "statements", f"127.0.0.1:{port}", WORKERS, database_url, CONNECTIONS, file]
        super().__init__(command, port, "/none")


def statements_for(cluster, service, token, paths):
    """The statement that the service sends for each of some addresses of institutions, when nothing is in memory."""

    def ask_all():
        for number, path in enumerate(paths):
            service.told("GET", path, token, headers={"Accept-Language": f"id, en;q=0.9{number}"})

    is_read = lambda sent: (
        sent.verb in ("SELECT", "WITH") and '"institution"' in sent.text and '"document"' in sent.text
    )
    sent = [one for one in cluster.statements_of(ask_all) if is_read(one)]
    if len(sent) != len(paths):
        raise SystemExit(f"{len(paths)} addresses took {len(sent)} statements that read institutions, not one each")
    return sent
