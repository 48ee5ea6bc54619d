"""Reading: one record, lists, deep pages, statistics, from memory and not, each beside its reference."""

import pathlib

from .load import drive, interleaved
from .references import Bare, Raw, statements_for

LIST = "/v1/institutions?province=35&sort=name&limit=50"
SEARCH = LIST + "&q=muhammadiyah"
BROAD_SEARCH = "/v1/institutions?q=muhammadiyah&sort=name&limit=50"
WHOLE = "/v1/institutions?sort=name&limit=50"
STATISTICS = "/v1/statistics/institutions?group_by=province,grade"
PROVINCES = ["35", "33", "32", "13", "12", "73", "34", "18"]
SORTS = ["name", "-name", "-capacity", "founded,name", "kind,name"]


class Addresses:
    """The addresses that are asked for."""

    def __init__(self, service):
        token = service.token()
        page = service.told("GET", LIST, token)
        self.one = f"/v1/institutions/{page['items'][0]['id']}"
        self.named = {"one-record": self.one, "list-of-50": LIST, "search-of-50": SEARCH, "statistics": STATISTICS}
        self.lists, self.records = self._spread(service, token)
        self.deep = self._deep(service, token)

    def _spread(self, service, token):
        """Lists of several provinces by several keys, three pages each, and records of all of them: so many that the
        whole of the data is touched and not one page of it."""
        lists, records = [], []
        for province in PROVINCES:
            for sort in SORTS:
                first = path = f"/v1/institutions?province={province}&sort={sort}&limit=50"
                for _ in range(3):
                    page = service.told("GET", path, token)
                    lists.append(path)
                    records += [f"/v1/institutions/{item['id']}" for item in page["items"][::10]]
                    if not page.get("next_cursor"):
                        break
                    path = f"{first}&cursor={page['next_cursor']}"
        return lists, records

    def _deep(self, service, token):
        """A page of the whole register far in, by walking there."""
        path, walked, last = WHOLE.replace("limit=50", "limit=200"), 0, None
        while walked < 90_000:
            page = service.told("GET", path, token)
            if not page.get("next_cursor"):
                break
            last, walked = page["next_cursor"], walked + 200
            path = f"{WHOLE.replace('limit=50', 'limit=200')}&cursor={last}"
        return f"{WHOLE}&cursor={last}" if last else WHOLE


def paused(name):
    """What a request is called whose clients pause."""
    return f"{name}, clients pause"


def kept_in(scratch, name, lines):
    """A file with a line for each."""
    file = pathlib.Path(scratch, name)
    file.write_text("\n".join(lines) + "\n")
    return file


def from_memory(service, addresses, report, options, scratch):
    """Asked again and again, without a pause and with one: beside bare actix-web with the same bytes."""
    answers = {name: service.ask("GET", path, service.token()) for name, path in addresses.named.items()}
    bare = Bare(pathlib.Path(scratch, "answers"), answers)
    for name, path in addresses.named.items():
        token = service.token()
        service.load(path, token, 1)
        for told, how in {name: {}, paused(name): {"script": "pause.lua"}}.items():
            ours, theirs = interleaved(
                options,
                lambda: service.load(path, token, options.seconds, **how),
                lambda: drive(bare.port, f"/{name}", "none", options.seconds, **how),
            )
            report.request(told, ours, "bare actix-web", theirs)
    bare.stop()
    token, known = service.token(), f"If-None-Match: {answers['one-record'][0].getheader('ETag')}"
    service.load(addresses.one, token, 1, headers=[known])
    (ours,) = interleaved(options, lambda: service.load(addresses.one, token, options.seconds, headers=[known]))
    report.request("one-record, 304", ours)


def not_from_memory(service, database, addresses, report, options, scratch):
    """What nobody asked for lately: on PostgreSQL beside the same statements through raw sqlx."""
    asked = {"list-of-50, not from memory": addresses.lists, "one-record, not from memory": addresses.records[:200]}
    for name, paths in asked.items():
        token = service.token()
        ours = lambda: service.load("/", token, options.seconds, script="uncached.lua", paths=file)
        file = kept_in(scratch, "paths", paths)
        if not database.cluster:
            report.request(name, *interleaved(options, ours))
            continue
        sent = statements_for(database.cluster, service, token, paths)
        raw = Raw(pathlib.Path(scratch, "statements.json"), database.url, {str(at): one for at, one in enumerate(sent)})
        same = kept_in(scratch, "numbers", [f"/{at}" for at in range(len(sent))])
        theirs = lambda: drive(raw.port, "/", "none", options.seconds, script="uncached.lua", paths=same)
        ours, theirs = interleaved(options, ours, theirs)
        raw.stop()
        report.request(name, ours, "raw sqlx", theirs)
    alone = {
        "search-of-50": SEARCH,
        "search of half the register": BROAD_SEARCH,
        "first page of all": WHOLE,
        "deep page of all": addresses.deep,
        "statistics": STATISTICS,
    }
    for name, path in alone.items():
        token = service.token()
        (ours,) = interleaved(options, lambda: service.load(path, token, options.seconds, script="uncached.lua"))
        report.request(f"{name}, not from memory", ours)


def by_one_client(service, addresses, report, options):
    """The milliseconds that a request takes when nobody else asks and nothing is in memory: what growth is told by."""
    token = service.token()
    asked = {
        "one-record": addresses.one,
        "list-of-50": LIST,
        "search-of-50": SEARCH,
        "search of half the register": BROAD_SEARCH,
        "first page of all": WHOLE,
        "deep page of all": addresses.deep,
        "statistics": STATISTICS,
    }
    for name, path in asked.items():
        alone = lambda: service.load(path, token, options.seconds, connections=1, script="uncached.lua")
        report.request(f"{name}, one client, not from memory", *interleaved(options, alone))


def with_contacts(service, addresses, report, options):
    """A record with contact persons is never kept: each read of it is a line on the trail."""
    officer = service.token("council-officer")
    ours = lambda: service.load(addresses.one, officer, options.seconds)
    report.request("one-record with contacts, each read noted", *interleaved(options, ours))
