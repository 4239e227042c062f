#!/usr/bin/env python3
"""Does to a running `amqp-sim serve --control-port N` what rabbitmqctl does to RabbitMQ, by way of its control plane.

    amqp-sim-ctl.py [--control http://127.0.0.1:15672] [--login guest:guest] COMMAND ARGUMENTS...

The commands are those that test suites use; `help` lists them. What it changes, the columns it lists and its exit codes
are rabbitmqctl's (0 done, 64 an argument, 65 or 69 a value that the broker refuses, 67 no such user or virtual host, 69
no broker, 70 it exists already); what rabbitmqctl prints beside that ("Adding user ...") it does not print. Its options
for the node (-n), for time and for how much is said are taken. Where a suite can be given a program's name but no
options for it, the environment says AMQP_SIM_CONTROL and AMQP_SIM_LOGIN. Needs Python 3.8 and nothing else.
"""
import base64
import html
import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

CONTROL = os.environ.get('AMQP_SIM_CONTROL', 'http://127.0.0.1:15672').rstrip('/')
LOGIN = os.environ.get('AMQP_SIM_LOGIN', 'guest:guest')

# What rabbitmqctl takes before or after any command: with a value, and without one. --silent leaves headers out of
# lists, --quiet only what is said about them (measured with 3.10).
WITH_VALUE = ('-n', '--node', '-t', '--timeout')
WITHOUT_VALUE = ('-q', '--quiet', '-s', '--silent', '-l', '--longnames', '--no-table-headers', '--online', '--local')
NO_HEADERS = ('-s', '--silent', '--no-table-headers')
IS_HEADED = True

# Less memory than any real broker needs, in octets and as a part of all there is: a limit that raises the alarm.
TOO_LITTLE = {'absolute': 40e6, 'relative': 0.002}


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


def set_policy(kind, everywhere):
    def run(*arguments):
        (name, pattern, definition), o = options(
            arguments, vhost=('-p', '--vhost', '/'), priority=('--priority', '0'), apply=('--apply-to', everywhere))
        call('PUT', 'api', kind, o['vhost'], name, body={
            'pattern': pattern, 'definition': json.loads(definition), 'priority': int(o['priority']),
            'apply-to': o['apply']})
    return run


def clear_policy(kind):
    def run(*arguments):
        (name,), o = options(arguments, vhost=('-p', '--vhost', '/'))
        call('DELETE', 'api', kind, o['vhost'], name)
    return run


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


def add_vhost(*arguments):
    (name,), o = options(arguments, kind=('--default-queue-type', None), description=('--description', ''),
                         tags=('--tags', ''))
    is_new = name not in (each['name'] for each in call('GET', 'api', 'vhosts'))
    call('PUT', 'api', 'vhosts', name, body={'default_queue_type': o['kind']} if o['kind'] else {})
    if is_new:
        # Who makes one over HTTP may use it; rabbitmqctl is nobody.
        call('DELETE', 'api', 'permissions', name, LOGIN.split(':')[0])


def pid(number):
    """A connection's process, written as rabbitmqctl writes it."""
    return '<rabbit@localhost.1.%d.0>' % number


def close_connection(name, reason):
    found = re.fullmatch(r'<[^<>]*\.(\d+)\.\d+>', name)
    call('POST', 'sim', 'connections', found.group(1) if found else name, 'close', body={'reason': reason})


def octets(text):
    digits, unit = re.fullmatch(r'(\d+)\s*(\w*)', text.strip()).groups()
    powers = {'': 0, 'B': 0, 'K': 1, 'M': 2, 'G': 3, 'T': 4, 'P': 5}
    return int(digits) * (1024 if 'i' in unit.lower() else 1000) ** powers[unit[:1].upper()]


def set_vm_memory_high_watermark(*arguments):
    if arguments[0] == 'absolute':
        is_too_little = octets(arguments[1]) < TOO_LITTLE['absolute']
    else:
        is_too_little = float(arguments[0]) < TOO_LITTLE['relative']
    call('PUT', 'sim', 'alarms', 'memory', body={'on': is_too_little})


def set_disk_free_limit(*arguments):
    # As with RabbitMQ, a limit that no disk has raises the alarm.
    is_too_much = float(arguments[1]) > 100 if arguments[0] == 'mem_relative' else octets(arguments[0]) > 1e14
    call('PUT', 'sim', 'alarms', 'disk', body={'on': is_too_much})


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


def term(value):
    """A value as rabbitmqctl writes it in a column."""
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, dict):
        return '[%s]' % ','.join('{"%s",%s}' % (name, inner(each)) for name, each in value.items())
    if isinstance(value, list):
        return '[%s]' % ', '.join(term(each) for each in value)
    return '' if value is None else str(value)


def inner(value):
    return '"%s"' % value if isinstance(value, str) else term(value)


def show(rows, columns, given):
    if given == 'json':
        print(json.dumps([{c: row.get(c) for c in columns} for row in rows]))
        return
    if IS_HEADED:
        print('\t'.join(columns))
    for row in rows:
        # A policy's definition is JSON on the way in and on the way out.
        print('\t'.join(json.dumps(row[c], separators=(',', ':')) if c == 'definition' else term(row.get(c))
                        for c in columns))


def as_rabbitmqctl(kind, rows):
    """The rows of the management API with the columns that rabbitmqctl has beside or instead of its names."""
    named = call('GET', 'sim', 'connections') if kind == 'connections' else []
    pids = {each['name']: pid(each['number']) for each in named}
    for row in rows:
        if kind == 'connections':
            row['pid'] = pids.get(row['name'])
        elif kind == 'bindings':
            row.update(source_name=row['source'], source_kind='exchange', destination_name=row['destination'],
                       destination_kind=row['destination_type'])
        elif kind == 'users':
            row['user'] = row['name']
        elif kind == 'consumers':
            row.update(queue_name=row['queue']['name'], channel_pid=row['channel_details']['name'])
    return rows


def listing(kind, given_vhost, default, order=None):
    def run(*arguments):
        columns, o = options(arguments, vhost=('-p', '--vhost', '/'), format=('--formatter', 'pretty_table'))
        columns = [c for c in columns if not c.startswith('-')] or default
        rows = call('GET', 'api', kind, o['vhost']) if given_vhost else call('GET', 'api', kind)
        show(sorted(as_rabbitmqctl(kind, rows), key=order or (lambda _: 0)), columns, o['format'])
    return run


def access(kind, columns):
    """The entries of one virtual host; the management API lists those of all."""
    def run(*arguments):
        _, o = options(arguments, vhost=('-p', '--vhost', '/'), format=('--formatter', 'pretty_table'))
        show([row for row in call('GET', 'api', kind) if row['vhost'] == o['vhost']], columns, o['format'])
    return run


def list_user_permissions(*arguments):
    (user,), o = options(arguments, format=('--formatter', 'pretty_table'))
    require_user(user)
    show(call('GET', 'api', 'users', user, 'permissions'), ['vhost', 'configure', 'write', 'read'], o['format'])


def evaluate(expression):
    """application:set_env of the settings that the broker has, and alarms set and cleared by hand."""
    names = {'max_message_size': 'max_message_size', 'consumer_timeout': 'consumer_timeout_ms',
             'channel_tick_interval': 'consumer_timeout_interval_ms'}
    found = re.findall(r'application:set_env\(rabbit,\s*(\w+),\s*(\d+)\)', expression)
    alarm = re.search(r'rabbit_alarm:(set|clear)_alarm\(\{+resource_limit,\s*(memory|disk),', expression)
    if alarm:
        call('PUT', 'sim', 'alarms', alarm.group(2), body={'on': alarm.group(1) == 'set'})
    elif found and all(name in names for name, _ in found):
        call('PATCH', 'sim', 'settings', body={names[name]: int(value) for name, value in found})
    else:
        raise Usage('eval knows only application:set_env(rabbit, NAME, NUMBER) of ' + ', '.join(names)
                    + ' and rabbit_alarm:set_alarm and clear_alarm')
    print('ok')


COMMANDS = {
    'add_user': add_user, 'delete_user': delete_user, 'authenticate_user': authenticate_user,
    'change_password': change_password, 'clear_password': clear_password, 'set_user_tags': set_user_tags,
    'list_users': listing('users', False, ['user', 'tags']), 'list_user_permissions': list_user_permissions,
    'list_permissions': access('permissions', ['user', 'configure', 'write', 'read']),
    'list_topic_permissions': access('topic-permissions', ['user', 'exchange', 'write', 'read']),
    'set_permissions': set_permissions, 'clear_permissions': clear_permissions,
    'set_topic_permissions': set_topic_permissions, 'clear_topic_permissions': clear_topic_permissions,
    'add_vhost': add_vhost,
    'delete_vhost': lambda name: call('DELETE', 'api', 'vhosts', name),
    'list_vhosts': listing('vhosts', False, ['name']),
    'set_policy': set_policy('policies', 'all'), 'clear_policy': clear_policy('policies'),
    'set_operator_policy': set_policy('operator-policies', 'queues'),
    'clear_operator_policy': clear_policy('operator-policies'),
    'list_operator_policies': listing(
        'operator-policies', True, ['vhost', 'name', 'pattern', 'apply-to', 'definition', 'priority'],
        order=lambda row: row['priority']),
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
    'list_bindings': listing('bindings', True, [
        'source_name', 'source_kind', 'destination_name', 'destination_kind', 'routing_key', 'arguments']),
    'list_consumers': listing('consumers', True, [
        'queue_name', 'channel_pid', 'consumer_tag', 'ack_required', 'prefetch_count', 'active', 'arguments']),
    'purge_queue': on_queue('DELETE', 'contents'), 'delete_queue': on_queue('DELETE'),
    'stop_app': lambda: call('POST', 'sim', 'stop'), 'start_app': lambda: call('POST', 'sim', 'start'),
    'await_startup': lambda: call('GET', 'sim', 'state'), 'ping': lambda: call('GET', 'sim', 'state'),
    'status': lambda *_: print(json.dumps(call('GET', 'sim', 'state'), indent=2)),
    'set_vm_memory_high_watermark': set_vm_memory_high_watermark, 'set_disk_free_limit': set_disk_free_limit,
    'trace_on': trace(True), 'trace_off': trace(False), 'eval': evaluate,
}


def without_common_options(arguments):
    global CONTROL, LOGIN, IS_HEADED
    rest, pending = [], list(arguments)
    while pending:
        each = pending.pop(0)
        if each == '--control':
            CONTROL = pending.pop(0).rstrip('/')
        elif each == '--login':
            LOGIN = pending.pop(0)
        elif each in WITH_VALUE:
            pending.pop(0)
        elif each.startswith(('--node=', '--timeout=')):
            continue
        elif each in WITHOUT_VALUE:
            IS_HEADED = IS_HEADED and each not in NO_HEADERS
        else:
            rest.append(each)
    return rest


def main(arguments):
    arguments = without_common_options(arguments)
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
