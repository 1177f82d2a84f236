# SimPy's processes on the same work, for a run in pairs: prints work done per second. Words: mm1 <customers> | hold <pending> <holds>.
import random
import sys
import time

import simpy


def timed(env, done):
    begun = time.perf_counter()
    env.run()
    print(done / (time.perf_counter() - begun))


def single_server_queue(customers):
    """M/M/1 at a utilisation of 0.8, a process per customer; two events a customer are counted, whatever the library needs."""
    env = simpy.Environment()
    draw = random.Random(1).expovariate
    server = simpy.Resource(env, capacity=1)
    waited = 0.0

    def customer(env):
        nonlocal waited
        arrived = env.now
        with server.request() as request:
            yield request
            waited += env.now - arrived
            yield env.timeout(draw(1 / 1000))

    def source(env):
        for _ in range(customers):
            yield env.timeout(draw(1 / 1250))
            env.process(customer(env))

    env.process(source(env))
    timed(env, 2 * customers)


def hold(pending, holds):
    """Processes that do nothing but let an exponential time pass, again and again."""
    env = simpy.Environment()
    draw = random.Random(1).expovariate
    delays = [draw(1 / 1e6) for _ in range(65536)]
    left = holds
    turn = 0

    def holder(env):
        nonlocal left, turn
        while left > 0:
            left -= 1
            turn += 1
            yield env.timeout(delays[turn & 65535])

    for _ in range(pending):
        env.process(holder(env))
    timed(env, holds)


if sys.argv[1] == "mm1":
    single_server_queue(int(sys.argv[2]))
else:
    hold(int(sys.argv[2]), int(sys.argv[3]))
