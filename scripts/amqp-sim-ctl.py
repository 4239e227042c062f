#!/usr/bin/env python3
"""Does to a running `amqp-sim serve --control-port N` what rabbitmqctl does to RabbitMQ, by way of its control plane.

    amqp-sim-ctl.py [--control http://127.0.0.1:15672] [--login guest:guest] COMMAND ARGUMENTS...

The commands are those that test suites use; `help` lists them. What it changes, the columns it lists and its exit codes are
rabbitmqctl's (0 done, 64 an argument, 65 or 69 a value that the broker refuses, 67 no such user or virtual host, 69 no broker,
70 it exists already); what rabbitmqctl prints beside that ("Adding user ...") it does not print. Needs Python 3.8 and nothing
else.
"""
import base64
import html
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


class Refused(Exception):
    """What rabbitmqctl refuses by itself, with its exit code."""

    def __init__(self, code, reason):
        super().__init__(reason)
        self.code = code


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


def require_user(user):
    if user not in [each['name'] for each in call('GET', 'api', 'users')]:
        raise Refused(67, 'User "%s" does not exist' % user)


def add_user(user, password):
    if user in [each['name'] for each in call('GET', 'api', 'users')]:
        raise Refused(70, 'User "%s" already exists' % user)
    call('PUT', 'api', 'users', user, body={'password': password, 'tags': []})


def delete_user(user):
    require_user(user)
    call('DELETE', 'api', 'users', user)


def authenticate_user(user, password):
    require_user(user)
    global LOGIN
    LOGIN = user + ':' + password
    try:
        call('GET', 'api', 'whoami')
    except urllib.error.HTTPError as error:
        # Whoever logs in without a tag for the management API has given the right password.
        if error.code == 401 and 'Not management user' not in error.read().decode():
            raise Refused(65, 'failed to authenticate user "%s"' % user)


def change_password(user, password):
    require_user(user)
    call('PUT', 'api', 'users', user, body={'password': password, 'tags': tags_of(user)})


def clear_password(user):
    require_user(user)
    call('PUT', 'api', 'users', user, body={'password_hash': '', 'tags': tags_of(user)})


def set_user_tags(user, *tags):
    require_user(user)
    stored = call('GET', 'api', 'users', user)['password_hash']
    call('PUT', 'api', 'users', user, body={'password_hash': stored, 'tags': list(tags)})


def set_permissions(*arguments):
    (user, configure, write, read), o = options(arguments, vhost=('-p', '--vhost', '/'))
    require_user(user)
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


def shown(value):
    """A value as rabbitmqctl prints it in a table."""
    if isinstance(value, list):
        return '[%s]' % ', '.join(str(each) for each in value)
    if isinstance(value, dict):
        return json.dumps(value, separators=(',', ':'))
    if isinstance(value, bool):
        return str(value).lower()
    return '' if value is None else str(value)


def listing(kind, given_vhost, default, renamed=(), order=None):
    """Lists; renamed are columns that rabbitmqctl calls otherwise than the management API: {'user': 'name'}."""
    def run(*arguments):
        columns, o = options(arguments, vhost=('-p', '--vhost', '/'), format=('--formatter', 'pretty_table'))
        columns = [c for c in columns if not c.startswith('-')] or default
        rows = call('GET', 'api', kind, o['vhost']) if given_vhost else call('GET', 'api', kind)
        rows = [{c: row.get(dict(renamed).get(c, c)) for c in columns} for row in sorted(rows, key=order or (lambda _: 0))]
        if o['format'] == 'json':
            print(json.dumps(rows))
            return
        print('\t'.join(columns))
        for row in rows:
            print('\t'.join(shown(row[c]) for c in columns))
    return run


def access(kind, columns):
    """The entries of one virtual host; the management API lists those of all."""
    def run(*arguments):
        _, o = options(arguments, vhost=('-p', '--vhost', '/'))
        print('\t'.join(columns))
        for row in call('GET', 'api', kind):
            if row['vhost'] == o['vhost']:
                print('\t'.join(shown(row[c]) for c in columns))
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
    'add_user': add_user, 'delete_user': delete_user, 'authenticate_user': authenticate_user,
    'change_password': change_password, 'clear_password': clear_password, 'set_user_tags': set_user_tags,
    'list_users': listing('users', False, ['user', 'tags'], {'user': 'name'}),
    'list_permissions': access('permissions', ['user', 'configure', 'write', 'read']),
    'list_topic_permissions': access('topic-permissions', ['user', 'exchange', 'write', 'read']),
    'set_permissions': set_permissions, 'clear_permissions': clear_permissions,
    'set_topic_permissions': set_topic_permissions, 'clear_topic_permissions': clear_topic_permissions,
    'add_vhost': lambda name: call('PUT', 'api', 'vhosts', name),
    'delete_vhost': lambda name: call('DELETE', 'api', 'vhosts', name),
    'list_vhosts': listing('vhosts', False, ['name']),
    'set_policy': set_policy, 'clear_policy': clear_policy,
    'list_policies': listing('policies', True, ['vhost', 'name', 'pattern', 'apply-to', 'definition', 'priority'],
                             order=lambda row: row['priority']),
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
    except Refused as error:
        print('Error:\n%s' % error, file=sys.stderr)
        return error.code
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        try:
            text = html.unescape(json.loads(text)['reason'])
        except ValueError:
            pass
        print('Error:\n%s' % (text or error), file=sys.stderr)
        return 67 if error.code == 404 or 'not_found' in text else 69
    except urllib.error.URLError as error:
        print('Error: unable to perform an operation on %s: %s' % (CONTROL, error.reason), file=sys.stderr)
        return 69
    except (Usage, TypeError, ValueError, IndexError, KeyError) as error:
        print('Error (argument validation): %s' % error, file=sys.stderr)
        return 64


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
