#!/usr/bin/env python3
"""Does to a running `amqp-sim serve --control-port N` what rabbitmqctl does to RabbitMQ, by way of its control plane.

    amqp-sim-ctl.py [--control http://127.0.0.1:15672] [--login guest:guest] COMMAND ARGUMENTS...

Scripts and test suites that call rabbitmqctl work unchanged when they are given this instead. The commands are those
that such suites use; `help` lists them. Exit code 0 when it was done, 1 when the broker refused, 64 for a command or
argument that is not known. Needs Python 3.8 and nothing else.
"""
import base64
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

CONTROL = 'http://127.0.0.1:15672'
LOGIN = 'guest:guest'


class Usage(Exception):
    """The command or its arguments are not known."""


def call(method, *path, body=None):
    """One request; every piece of the path is quoted by itself, so that a name may hold a slash."""
    url = CONTROL + '/' + '/'.join(urllib.parse.quote(p, safe='') for p in path)
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    request.add_header('Authorization', 'Basic ' + base64.b64encode(LOGIN.encode()).decode())
    request.add_header('Content-Type', 'application/json')
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def options(arguments, **wanted):
    """Takes options out of the arguments: options(a, vhost=('-p', '--vhost', '/'))."""
    rest, found, i = [], {k: v[-1] for k, v in wanted.items()}, 0
    while i < len(arguments):
        for key, names in wanted.items():
            if arguments[i] in names[:-1]:
                found[key] = arguments[i + 1]
                i += 1
                break
        else:
            rest.append(arguments[i])
        i += 1
    return rest, found


def tags_of(user):
    return call('GET', 'api', 'users', user)['tags']


def add_user(user, password):
    call('PUT', 'api', 'users', user, body={'password': password, 'tags': []})


def change_password(user, password):
    call('PUT', 'api', 'users', user, body={'password': password, 'tags': tags_of(user)})


def clear_password(user):
    call('PUT', 'api', 'users', user, body={'password_hash': '', 'tags': tags_of(user)})


def set_user_tags(user, *tags):
    stored = call('GET', 'api', 'users', user)['password_hash']
    call('PUT', 'api', 'users', user, body={'password_hash': stored, 'tags': list(tags)})


def set_permissions(*arguments):
    (user, configure, write, read), o = options(arguments, vhost=('-p', '--vhost', '/'))
    call('PUT', 'api', 'permissions', o['vhost'], user, body={'configure': configure, 'write': write, 'read': read})


def clear_permissions(*arguments):
    (user,), o = options(arguments, vhost=('-p', '--vhost', '/'))
    call('DELETE', 'api', 'permissions', o['vhost'], user)


def set_topic_permissions(*arguments):
    (user, exchange, write, read), o = options(arguments, vhost=('-p', '--vhost', '/'))
    call('PUT', 'api', 'topic-permissions', o['vhost'], user,
         body={'exchange': exchange, 'write': write, 'read': read})


def clear_topic_permissions(*arguments):
    rest, o = options(arguments, vhost=('-p', '--vhost', '/'))
    call('DELETE', 'api', 'topic-permissions', o['vhost'], *rest)


def set_policy(*arguments):
    (name, pattern, definition), o = options(
        arguments, vhost=('-p', '--vhost', '/'), priority=('--priority', '0'), apply=('--apply-to', 'all'))
    call('PUT', 'api', 'policies', o['vhost'], name, body={
        'pattern': pattern, 'definition': json.loads(definition), 'priority': int(o['priority']),
        'apply-to': o['apply']})


def clear_policy(*arguments):
    (name,), o = options(arguments, vhost=('-p', '--vhost', '/'))
    call('DELETE', 'api', 'policies', o['vhost'], name)


def set_user_limits(user, limits):
    for name, value in json.loads(limits).items():
        call('PUT', 'api', 'user-limits', user, name, body={'value': value})


def clear_user_limits(user, name):
    for each in ('max-connections', 'max-channels') if name == 'all' else (name,):
        call('DELETE', 'api', 'user-limits', user, each)


def set_vhost_limits(*arguments):
    (limits,), o = options(arguments, vhost=('-p', '--vhost', '/'))
    for name, value in json.loads(limits).items():
        call('PUT', 'api', 'vhost-limits', o['vhost'], name, body={'value': value})


def clear_vhost_limits(*arguments):
    _, o = options(arguments, vhost=('-p', '--vhost', '/'))
    for each in ('max-connections', 'max-queues'):
        call('DELETE', 'api', 'vhost-limits', o['vhost'], each)


def close_connections(chosen, reason):
    for each in call('GET', 'sim', 'connections'):
        if chosen(each):
            call('POST', 'sim', 'connections', str(each['number']), 'close', body={'reason': reason})


def close_all_connections(*arguments):
    (reason,), o = options(arguments, vhost=('-p', '--vhost', None), limit=('--limit', None))
    close_connections(lambda each: o['vhost'] in (None, each['vhost']), reason)


def close_all_user_connections(user, reason):
    close_connections(lambda each: each['user'] == user, reason)


def close_connection(name, reason):
    call('POST', 'sim', 'connections', name, 'close', body={'reason': reason})


def set_vm_memory_high_watermark(*arguments):
    call('PUT', 'sim', 'alarms', 'memory', body={'on': float(arguments[-1]) == 0})


def set_disk_free_limit(*arguments):
    # As with RabbitMQ, a limit that no disk has raises the alarm.
    digits = re.match(r'(\d+)(.*)', arguments[-1])
    scale = {'': 1, 'KB': 1e3, 'MB': 1e6, 'GB': 1e9, 'TB': 1e12, 'PB': 1e15}[digits.group(2).strip()]
    call('PUT', 'sim', 'alarms', 'disk', body={'on': int(digits.group(1)) * scale > 1e14})


def trace(is_on):
    def run(*arguments):
        _, o = options(arguments, vhost=('-p', '--vhost', '/'))
        call('PUT', 'sim', 'vhosts', o['vhost'], 'tracing', body={'on': is_on})
    return run


def on_queue(method, *suffix):
    def run(*arguments):
        (name,), o = options(arguments, vhost=('-p', '--vhost', '/'))
        call(method, 'api', 'queues', o['vhost'], name, *suffix)
    return run


def listing(kind, given_vhost, default):
    def run(*arguments):
        columns, o = options(arguments, vhost=('-p', '--vhost', '/'), format=('--formatter', 'pretty_table'))
        columns = [c for c in columns if not c.startswith('-')] or default
        rows = call('GET', 'api', kind, o['vhost']) if given_vhost else call('GET', 'api', kind)
        if o['format'] == 'json':
            print(json.dumps([{c: row.get(c) for c in columns} for row in rows]))
            return
        print('\t'.join(columns))
        for row in rows:
            print('\t'.join(str(row.get(c, '')) for c in columns))
    return run


def evaluate(expression):
    """Only application:set_env of the settings that the broker has."""
    names = {'max_message_size': 'max_message_size', 'consumer_timeout': 'consumer_timeout_ms',
             'channel_tick_interval': 'consumer_timeout_interval_ms'}
    found = re.findall(r'application:set_env\(rabbit,\s*(\w+),\s*(\d+)\)', expression)
    if not found or any(name not in names for name, _ in found):
        raise Usage('eval knows only application:set_env(rabbit, NAME, NUMBER) of ' + ', '.join(names))
    call('PATCH', 'sim', 'settings', body={names[name]: int(value) for name, value in found})
    print('ok')


COMMANDS = {
    'add_user': add_user, 'delete_user': lambda user: call('DELETE', 'api', 'users', user),
    'change_password': change_password, 'clear_password': clear_password, 'set_user_tags': set_user_tags,
    'list_users': listing('users', False, ['name', 'tags']),
    'set_permissions': set_permissions, 'clear_permissions': clear_permissions,
    'set_topic_permissions': set_topic_permissions, 'clear_topic_permissions': clear_topic_permissions,
    'add_vhost': lambda name: call('PUT', 'api', 'vhosts', name),
    'delete_vhost': lambda name: call('DELETE', 'api', 'vhosts', name),
    'list_vhosts': listing('vhosts', False, ['name']),
    'set_policy': set_policy, 'clear_policy': clear_policy,
    'list_policies': listing('policies', True, ['vhost', 'name', 'pattern', 'apply-to', 'definition', 'priority']),
    'set_user_limits': set_user_limits, 'clear_user_limits': clear_user_limits,
    'set_vhost_limits': set_vhost_limits, 'clear_vhost_limits': clear_vhost_limits,
    'close_connection': close_connection, 'close_all_connections': close_all_connections,
    'close_all_user_connections': close_all_user_connections,
    'list_connections': listing('connections', False, ['user', 'peer_host', 'peer_port', 'state']),
    'list_channels': listing('channels', False, ['name', 'user', 'consumer_count', 'messages_unacknowledged']),
    'list_queues': listing('queues', True, ['name', 'messages']),
    'list_exchanges': listing('exchanges', True, ['name', 'type']),
    'list_bindings': listing('bindings', True, ['source', 'destination', 'destination_type', 'routing_key']),
    'purge_queue': on_queue('DELETE', 'contents'), 'delete_queue': on_queue('DELETE'),
    'stop_app': lambda: call('POST', 'sim', 'stop'), 'start_app': lambda: call('POST', 'sim', 'start'),
    'await_startup': lambda: call('GET', 'sim', 'state'),
    'status': lambda: print(json.dumps(call('GET', 'sim', 'state'), indent=2)),
    'set_vm_memory_high_watermark': set_vm_memory_high_watermark, 'set_disk_free_limit': set_disk_free_limit,
    'trace_on': trace(True), 'trace_off': trace(False), 'eval': evaluate,
}


def main(arguments):
    global CONTROL, LOGIN
    while arguments and arguments[0] in ('--control', '--login'):
        if arguments[0] == '--control':
            CONTROL = arguments[1].rstrip('/')
        else:
            LOGIN = arguments[1]
        arguments = arguments[2:]
    arguments = [a for a in arguments if a not in ('-q', '--quiet', '--silent', '-s')]
    if not arguments or arguments[0] in ('help', '--help', '-h'):
        print(__doc__ + '\n  ' + '\n  '.join(sorted(COMMANDS)))
        return 0
    try:
        if arguments[0] not in COMMANDS:
            raise Usage('there is no command ' + arguments[0])
        COMMANDS[arguments[0]](*arguments[1:])
        return 0
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        try:
            text = json.loads(text)['reason']
        except ValueError:
            pass
        print('Error:\n%s' % (text or error), file=sys.stderr)
        return 1
    except urllib.error.URLError as error:
        print('Error: unable to perform an operation on %s: %s' % (CONTROL, error.reason), file=sys.stderr)
        return 1
    except (Usage, TypeError, ValueError, IndexError, KeyError) as error:
        print('Error (argument validation): %s' % error, file=sys.stderr)
        return 64


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
