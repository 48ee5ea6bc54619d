"""What `bench/run` is made of, from the ground up.

| module | what it knows |
|---|---|
| `processes` | starting servers on free ports, waiting for them, what memory they hold |
| `cluster` | a private PostgreSQL, and the statements that are sent to it |
| `service` | the release of the service, and asking it things |
| `places`, `names`, `sheets` | invented institutions, as sheets that the service imports |
| `database` | a database of the service with so many institutions |
| `load` | rounds of load, by wrk |
| `references`, `exports` | the servers of `aumsos-bench`, and the databases' own programs for exports |
| `reads`, `changes`, `transfers`, `streams` | the workloads, each beside its references; pgbench is in `changes` |
| `targets` | what is to be reached, and whether it is |
| `report` | the tables |
| `flames` | where the processor's time goes |
| `peers` | other programs that do something alike |
"""
