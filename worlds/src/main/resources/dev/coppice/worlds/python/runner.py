"""Runs the cells of one branch, one after the other, in one interpreter.

Started inside the sandbox with its limits as arguments. A request is a line "NONCE LENGTH" and the
code; the reply is whatever the cell writes, then a NUL, the nonce, a status and a line feed. Limits
are set before the first cell and are hard: what the cells run cannot raise them.
"""
import ast
import os
import random
import resource
import sys
import traceback


def limit(memory, processes, file_bytes, open_files, cpu_seconds):
    wanted = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    )
    for kind, value in wanted:
        resource.setrlimit(kind, (value, value))


def execute(code, space):
    tree = ast.parse(code, "<cell>")
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, "<cell>", "exec"), space)
    if last is not None:
        value = eval(compile(last, "<cell>", "eval"), space)
        if value is not None:
            print(repr(value))


def report(error):
    # The first frames are this file's own; what the cell did begins where its name does.
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != "<cell>":
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace, limit=-8)
    print("".join(lines), end="")


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass


def serve():
    here = os.getpid()
    getpid, write, leave = os.getpid, os.write, os._exit
    requests = os.fdopen(os.dup(0), "rb")
    reply = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.environ.clear()
    space = {"__name__": "__main__", "__builtins__": __builtins__}
    write(reply, b"\0ready\n")
    while True:
        header = requests.readline()
        if not header:
            leave(0)
        nonce, length = header.split()
        code = requests.read(int(length)).decode("utf-8", "replace")
        status = b"ok"
        try:
            execute(code, space)
        except BaseException as error:
            status = b"error"
            try:
                report(error)
            except BaseException:
                pass
        flush()
        if getpid() != here:
            # A child that the cell forked and that came back from it: it is not the interpreter.
            leave(0)
        write(reply, b"\0" + nonce + b" " + status + b"\n")


def main():
    limits, seed = [int(word) for word in sys.argv[1:6]], int(sys.argv[6])
    limit(*limits)
    sys.argv = [""]
    random.seed(seed)
    serve()


main()
