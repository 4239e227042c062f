#!/usr/bin/env python3
"""How much memory an idle fake broker takes, and how fast it starts.

    idle-memory.py [--connections 1000] [--queues 10000] PROGRAM [ARGUMENTS...]

Runs PROGRAM (amqp-sim) with `serve --port 0`, opens the connections with a channel each, declares the queues, waits two
seconds and prints the resident memory. Linux; needs Python 3.8 and nothing else.
"""
import argparse
import socket
import struct
import subprocess
import time


def short(text):
    return bytes([len(text)]) + text


def method(channel, class_id, method_id, arguments=b''):
    payload = struct.pack('>HH', class_id, method_id) + arguments
    return struct.pack('>BHI', 1, channel, len(payload)) + payload + b'\xce'


def frames(connection, count):
    """Reads that many frames and throws them away."""
    data = b''
    for _ in range(count):
        while len(data) < 7 or len(data) < 8 + struct.unpack('>I', data[3:7])[0]:
            more = connection.recv(65536)
            if not more:
                raise SystemExit('the broker hung up')
            data += more
        data = data[8 + struct.unpack('>I', data[3:7])[0]:]
    return data


def connect(port):
    connection = socket.create_connection(('127.0.0.1', port))
    connection.sendall(b'AMQP\0\0\x09\x01')
    frames(connection, 1)
    response = b'\0guest\0guest'
    connection.sendall(
        method(0, 10, 11, struct.pack('>I', 0) + short(b'PLAIN') + struct.pack('>I', len(response)) + response
               + short(b'en_US'))
        + method(0, 10, 31, struct.pack('>HIH', 2047, 131072, 0))
        + method(0, 10, 40, short(b'/') + short(b'') + b'\0')
        + method(1, 20, 10, short(b'')))
    frames(connection, 3)
    return connection


def resident(pid):
    with open('/proc/%d/status' % pid) as status:
        return next(int(line.split()[1]) for line in status if line.startswith('VmRSS')) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--connections', type=int, default=1000)
    parser.add_argument('--queues', type=int, default=10000)
    parser.add_argument('program', nargs=argparse.REMAINDER)
    options = parser.parse_args()
    begin = time.monotonic()
    server = subprocess.Popen([*options.program, 'serve', '--port', '0'], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    try:
        port = int(server.stdout.readline().rsplit(':', 1)[1])
        print('ready after %.0f ms, %.0f MiB' % ((time.monotonic() - begin) * 1000, resident(server.pid)))
        connections = [connect(port) for _ in range(options.connections)]
        print('%d connections with a channel each: %.0f MiB' % (len(connections), resident(server.pid)))
        for i in range(options.queues):
            connections[0].sendall(method(1, 50, 10, struct.pack('>H', 0) + short(b'queue-%d' % i) + b'\2'
                                          + struct.pack('>I', 0)))
            frames(connections[0], 1)
        time.sleep(2)
        print('and %d queues: %.0f MiB' % (options.queues, resident(server.pid)))
    finally:
        server.terminate()
        server.wait()


if __name__ == '__main__':
    main()
