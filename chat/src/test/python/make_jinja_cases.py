"""Writes small templates of our own with what Jinja2, as transformers sets it up, makes of them.

Usage: python make_jinja_cases.py ../resources/chat/cases.jsonl
Needs the packages transformers and jinja2. JinjaCasesTest renders the same and compares.
"""

import datetime
import json
import sys

from transformers.utils import chat_template_utils

NOW = datetime.datetime(2024, 7, 6, 9, 5, 3)
DATA = {
    "s": "Héllo <wörld> 😀 it's",
    "n": 7,
    "f": 2.5,
    "none": None,
    "yes": True,
    "xs": [3, 1, 2, 1],
    "words": ["pear", "Apple", "fig", "apple"],
    "d": {"b": 1, "a": [1, {"x": None}], "items": "shadowed", "é": "ü"},
    "people": [{"name": "Ann", "age": 30, "pet": {"kind": "cat"}}, {"name": "bob", "age": 25}],
    "big": 123456789012345678901234567890,
    "empty": [],
    "lines": "one\n\n  two\r\nthree",
}
CASES = r"""
{{ s|length }} {{ s[0] }} {{ s[-1] }} {{ s[6:13] }} {{ s[::-1] }} {{ s[14] }} {{ s[15:17] }}
{{ s.upper() }} {{ s.lower() }} {{ s|title }} {{ s|capitalize }} {{ s.swapcase() }} {{ s.title() }}
{{ ' a b '.strip() ~ '|' ~ ' a '.lstrip() ~ '|' ~ ' a '.rstrip() ~ '|' ~ 'xxaxx'.strip('x') }}
{{ 'a,b,,c'.split(',') }} {{ 'a,b,,c'.split(',', 1) }} {{ ' a  b '.split() }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ' a b c '.split(None, 1) }}
{{ 'a.b.c'.partition('.') }} {{ 'a.b.c'.rpartition('.') }} {{ 'abc'.partition('.') }} {{ lines.splitlines() }} {{ lines.splitlines(True) }}
{{ 'banana'.replace('a', 'o') }} {{ 'banana'.replace('a', 'o', 2) }} {{ 'ab'.replace('', '-') }} {{ 'banana'|replace('an', '<') }} {{ 5|replace(5, 6) }}
{{ 'banana'.find('an') }} {{ 'banana'.rfind('an') }} {{ 'banana'.find('x') }} {{ 'banana'.count('a') }} {{ 'banana'.index('n', 3) }} {{ 'banana'.find('a', -3) }}
{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'bc')) }} {{ 'abc'.startswith('b', 1) }} {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('bc') }}
{{ '7'.zfill(3) }} {{ '-7'.zfill(4) }} {{ 'a'.ljust(3, '.') }} {{ 'a'.rjust(3) }} {{ 'ab'.center(5, '*') }} {{ 'a'.center(4, '*') }}
{{ 'a'.center(5, '**') }}
{{ 'abc'.ljust(2, '') }}
{{ 'a'.rjust(5, 3) }}
{{ 'a'.rjust(3, '😀') }} {{ '%.2s|%.1r|%.3f' % ('abc', 'x', f) }} {{ '%.420f' % f }}
{{ '%.99999999999f' % f }}
{{ '%99999999999999999999d' % n }}
{{ '{:.99999999999f}'.format(f) }}
{{ '{:99999999999999999999}'.format('a') }}
{{ '{99999999999999999999}'.format('a') }}
{{ '{0[99999999999999999999]}'.format(xs) }}
{{ xs|map(attribute='99999999999999999999', default='x')|list }} {{ people|map(attribute='pet.99999999999999999999', default='x')|list }}
{{ '12'.isdigit() }} {{ ''.isdigit() }} {{ 'ab'.isalpha() }} {{ 'a1'.isalnum() }} {{ ' '.isspace() }} {{ 'AB'.isupper() }} {{ 'a1'.islower() }} {{ 'x'.isascii() }}
{{ '-'.join(['a', 'b']) }} {{ ','.join(d) }} {{ '{} {1}'.format(1, 2) }}
{{ '{} {}'.format(1, 'b') }} {{ '{1} {0}'.format(1, 'b') }} {{ '{x} {y[0]}'.format(x=1, y=[2]) }} {{ '{:>5}|{:<5}|{:^5}|{:05.1f}'.format('a', 'b', 'c', 2.25) }} {{ '{{}}'.format() }}
{{ '%s-%d-%5.2f-%%' % ('a', 3, 2.345) }} {{ '%s' % 'x' }} {{ '%(a)s' % {'a': 1} }} {{ '%s %s'|format('a', 1.0) }} {{ '%03d|%-4s|' % (7, 'a') }} {{ '%r' % 'a' }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 6 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 1 - -1 }} {{ +3 }} {{ -n }}
{{ big + 1 }} {{ big * 2 }} {{ 9223372036854775807 + 1 }} {{ yes + 1 }} {{ true + true }} {{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1e15 }} {{ 1e-5 }} {{ 0.0001 }} {{ 1.0 }} {{ 123456.789 }} {{ 1e22 }} {{ 5e-324 }}
{{ 'a' * 3 }} {{ [1] * 2 }} {{ [1] + [2] }} {{ (1,) + (2, 3) }} {{ 'a' 'b' }} {{ 1 ~ 'a' ~ none ~ 2.0 }} {{ 3 * 'ab' }}
{{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ none == none }} {{ (1, 2) == [1, 2] }} {{ {'a': 1} == {'a': 1.0} }}
{{ 'an' in 'banana' }} {{ 1 in xs }} {{ 9 not in xs }} {{ 'b' in d }} {{ not 1 in xs }} {{ 'x' in missing }} {{ 1.0 in xs }}
{{ n if n > 5 else 'small' }} {{ 'x' if false }}| {{ 1 if false else 2 if false else 3 }} {{ none or 'a' }} {{ '' and 'x' }}| {{ not none }} {{ 0 or [] or 'end' }}
{{ missing }}|{{ missing|default('d') }}|{{ none|default('d') }}|{{ none|default('d', true) }}|{{ ''|d('e', boolean=true) }}|{{ missing is defined }}|{{ d.zzz is undefined }}|{{ missing|length }}|{{ missing ~ 'x' }}
{{ missing.foo }}
{{ none.foo is defined }} {{ none['x'] is defined }} {{ n.foo is defined }} {{ xs.foo is defined }} {{ xs[99] is defined }} {{ s[99] is defined }}
{{ d.b }} {{ d['b'] }} {{ d.items is string }} {{ d['items'] }} {{ d.get('zz') }} {{ d.get('zz', 3) }} {{ d['é'] }} {{ d.é }}
{{ d }} {{ d.keys() }} {{ d.values()|list }} {{ d.items()|list }} {{ d|items|list }} {{ d|list }} {{ d|length }} {{ d|first }} {{ d|last }}
{{ xs }} {{ (1,) }} {{ () }} {{ (1, 'a') }} {{ [] }} {{ {} }} {{ ['it\'s', "q\"", 'b\\', '\n\t\x00\x7f é 😀 \u200b'] }} {{ [none, true, 1.5] }}
{{ xs|sort }} {{ xs|sort(reverse=true) }} {{ words|sort }} {{ words|sort(case_sensitive=true) }} {{ people|sort(attribute='age')|map(attribute='name')|list }} {{ people|sort(attribute='name,age')|map(attribute='name')|join }}
{{ xs|unique|list }} {{ words|unique|list }} {{ words|unique(true)|list }} {{ xs|min }} {{ xs|max }} {{ words|max }} {{ people|max(attribute='age') }} {{ xs|sum }} {{ people|sum(attribute='age') }} {{ empty|max is defined }}
{{ xs|reverse|list }} {{ 'abc'|reverse }} {{ xs|first }} {{ xs|last }} {{ empty|first is defined }} {{ empty|last }}| {{ 'abc'|first }} {{ 'abc'|list }}
{{ xs|join(', ') }} {{ xs|join }} {{ people|join('-', attribute='name') }} {{ 'abc'|join('.') }} {{ [1, none, 'a']|join }}
{{ xs|map('string')|list }} {{ words|map('upper')|join(' ') }} {{ people|map(attribute='pet.kind', default='none')|list }} {{ people|map(attribute='pet')|list|length }} {{ ['a b', 'c']|map('replace', 'a', 'x')|list }}
{{ xs|select('odd')|list }} {{ xs|reject('odd')|list }} {{ xs|select|list }} {{ people|selectattr('age', 'gt', 26)|map(attribute='name')|list }} {{ people|rejectattr('pet')|map(attribute='name')|list }} {{ people|selectattr('pet', 'defined')|list|length }} {{ xs|select('in', [1])|list }}
{% if empty|select %}generators are true{% endif %} {{ xs|batch(3)|list }} {{ xs|batch(3, 0)|list }} {{ d|dictsort }} {{ {'B': 2, 'a': 3}|dictsort }} {{ {'B': 2, 'a': 1}|dictsort(by='value') }} {{ {'B': 2, 'a': 3}|dictsort(true, reverse=true) }}
{{ '42'|int }} {{ '4_2'|int }} {{ 'x'|int }} {{ 'x'|int(5) }} {{ '3.9'|int }} {{ 3.9|int }} {{ -3.9|int }} {{ 'ff'|int(base=16) }} {{ '0xff'|int(0, 16) }} {{ none|int }} {{ ' 5 '|int }} {{ true|int }}
{{ '1.5'|float }} {{ 'x'|float }} {{ 3|float }} {{ 'x'|float(1.5) }} {{ '1e3'|float }} {{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 2.1|round(0, 'ceil') }} {{ 2.9|round(method='floor') }} {{ 7|round }} {{ -3|abs }} {{ -2.5|abs }} {{ 1234.5|round(-2) }}
{{ d|tojson }} {{ s|tojson }} {{ s|tojson(ensure_ascii=true) }} {{ [1, 2.0, none, true, "a\"b\\/\n\x01\x7f"]|tojson }} {{ [1e20, 1e-7, 1.5]|tojson }} {{ big|tojson }} {{ (1, 2)|tojson }}
{{ d|tojson(indent=2) }} {{ []|tojson(indent=2) }} {{ {}|tojson(indent=2) }} {{ {'b': 1, 'a': [1]}|tojson(sort_keys=true, separators=(',', ':')) }} {{ [1]|tojson(indent=4) }} {{ {1: 2, none: 3, true: 4}|tojson }}
{{ missing|tojson }}
{{ lines|indent }}|{{ lines|indent(2, true) }}|{{ lines|indent('> ', first=true, blank=true) }}|{{ ''|indent }}|
{{ 'a b c d e f'|truncate(5) }} {{ 'abcdefghijklmnop'|truncate(6, true, '..', 0) }} {{ 'ab'|center(6) }}| {{ 'two words-here'|wordcount }} {{ 'x y'|trim('x') }} {{ '  x '|trim }}|
{{ '<a>'|escape }} {{ '<a>'|e ~ '<b>' }} {{ ('<a>'|safe) + '<b>' }} {{ '<' + ('x'|safe) }} {{ '<a>'|escape|escape }} {{ ['<'|safe] }}
{{ 3 is odd }} {{ 4 is even }} {{ 6 is divisibleby 3 }} {{ 6 is divisibleby(4) }} {{ 'a' is string }} {{ 1 is number }} {{ true is number }} {{ true is integer }} {{ 1 is integer }} {{ 1.0 is float }} {{ true is boolean }} {{ none is none }} {{ d is mapping }} {{ xs is sequence }} {{ d is sequence }} {{ 's' is iterable }} {{ 1 is iterable }} {{ range(3) is sequence }}
{{ 1 is eq 1 }} {{ 1 is ne 1 }} {{ 1 is lt 2 }} {{ 2 is ge(2) }} {{ 'a' is in 'abc' }} {{ 'ab' is lower }} {{ 'AB' is upper }} {{ 1 is sameas true }} {{ true is true }} {{ 0 is false }} {{ dict is callable }} {{ 'x' is not string }} {{ not 'x' is string }} {{ 1 is equalto 1 and 2 is lessthan 3 }} {{ 'trim' is filter }}
{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('a', 'b') }}{{ loop.changed(x) }};{% endfor %}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }}{% endfor %}{% for c in 'ab😀' %}[{{ c }}]{% endfor %}{% for x in missing %}no{% else %}none{% endfor %}{% for x in xs if x > 1 %}{{ x }}/{{ loop.length }}{% else %}e{% endfor %}
{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %} {{ range(3) }} {{ range(1, 7, 2)|list }} {{ range(3, 0, -1)|list }} {{ range(3)[1] }} {{ range(5)|length }}
{% for x in [1, [2, [3]]] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}:{{ loop.depth }}{% endif %}{% endfor %}
{% set x = 1 %}{% for i in xs %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }} {% if true %}{% set x = 9 %}{% endif %}{{ x }} {% set a, b = 1, 2 %}{{ a }}{{ b }} {% set (p, q) = (3, 4) %}{{ p + q }}
{% set ns = namespace(a=1, b=[]) %}{% for i in xs %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }} {{ ns.zz is defined }} {{ ns['a'] }} {{ namespace({'q': 2}).q }}
{% macro m(a, b=2, c='x') %}[{{ a }},{{ b }},{{ c }}]{% endmacro %}{{ m(1) }}{{ m(1, c=3) }}{{ m() }}{{ m(1, 2, 3)|upper }}{{ m(*[7, 8]) }}{{ m(**{'a': 5}) }}
{% macro rec(n) %}{{ n }}{% if n > 0 %}{{ rec(n - 1) }}{% endif %}{% endmacro %}{{ rec(3) }} {% macro v() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ v(1, 2, z=3) }} {% macro c() %}<{{ caller() }}>{% endmacro %}{% call c() %}body{% endcall %} {% macro c2() %}{{ caller(5) }}{% endmacro %}{% call(x) c2() %}got {{ x }}{% endcall %}
{% macro late() %}{{ later }}{% endmacro %}{% set later = 'set after' %}{{ late() }} {% for i in [1] %}{% set later = 'inner' %}{{ late() }}{% endfor %} {% macro shadow(n) %}{% set later = n %}{{ later }}{% endmacro %}{{ shadow(4) }} {{ later }}
{% set blk %}a {{ n }} b{% endset %}{{ blk }}|{% set up | upper %}abc{% endset %}{{ up }}|{% filter upper|replace('A', 'x') %}banana{% endfilter %}|{% with a=1, b=n %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}|{% generation %}{% set g = 1 %}gen{% endgeneration %}{{ g is defined }}
{{ strftime_now('%d %b %Y|%Y-%m-%d|%B %-d, %H:%M:%S|%A %a %j %y %I %p %%') }}
{{ raise_exception('refused: ' ~ n) }}
{{ joiner is defined }} {% set j = joiner('+') %}{% for x in xs %}{{ j() }}{{ x }}{% endfor %} {% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }} {{ dict(a=1, b=2) }} {{ dict([('x', 1)], y=2) }}
{{ xs.append(4) }}
{{ xs.append is defined }} {{ d.pop is defined }} {{ d.update({'x': 1}) }}
{{ xs.index(2) }} {{ xs.count(1) }} {{ xs.copy() }} {{ d.copy().b }} {{ (1, 2, 1).count(1) }}
{{ ''.__class__ is defined }} {{ d.__len__ is defined }} {{ xs|attr('count') is callable }} {{ d|attr('b') is defined }}
{{ xs[1:] }} {{ xs[:-1] }} {{ xs[::2] }} {{ xs[::-1] }} {{ xs[-2:] }} {{ xs[5:] }} {{ xs[3:1:-1] }} {{ (1, 2, 3)[1:] }} {{ 'abc'[:2] }} {{ xs[-9] is defined }} {{ xs[true] }}
{# comment #}a{#- strip -#}  b {#+ keep #}  c {{- ' d ' -}}   e {%- if true %} f {% endif -%}   g
{% raw %}{{ not }} {% run %}{% endraw %} {%- raw -%}  x  {%- endraw -%}  y
{{ "a\tb\x41\u00e9\101\'\"\q" }} {{ 'line\nbreak' }} {{ 1_000 }} {{ 0x1f }} {{ 0b11 }} {{ 0o17 }} {{ 1.5e3 }} {{ 1_0.5 }} {{ {'a': {'b': {}}} }} {{ [1, 2,] }} {{ {'a': 1,} }}
{{ 1 if true }}{{ (1, 2)[0] }}{{ people[0].pet.kind }}{{ people.0.name }}{{ people[0]['name'][0] }} {{ -xs|first }} {{ 2 + 3 * 4 ** 2 - 1 }} {{ -2 ** 2 }} {{ 'a' ~ 1 + 2 }} {{ not true == false }} {{ 10 - 2 - 3 }} {{ 2 ** 3 ** 2 }} {{ 8 / 2 / 2 }}
{{ [1, 2]|list|length + 1 }} {{ 'a' in ['a'] and 'b' not in ['a'] }} {{ 'x'|upper|lower|upper }} {{ ('a' ~ 'b')|upper }} {{ 'a' ~ 'b'|upper }} {{ 'abc'.upper()[1:].lower() }} {{ 1, 2 }}
{{ 'a' + 1 }}
{{ 1 < 'a' }}
{{ 5 in 'abc' }}
{{ n() }}
{{ missing() }}
{{ missing + 1 }}
{{ range(1000000) }}
{{ none|length }}
{{ none|join }}
{{ [1, 2]|first|nosuch }}
{{ 1 is nosuch }}
{% nosuch %}
{% if %}x{% endif %}
{{ 'unclosed }}
{% for x in xs %}never closed
{{ 1 / 0 }}
{{ xs|map('nosuch')|list }}
{{ 'a\\b' }} {{ "é"|length }} {{ 'ﬁ'.upper() }} {{ 'ß'.upper() }} {{ 'İ'.lower()|length }} {{ 'ǆ'.title() }} {{ 'ΑΣ'.lower() }} {{ '①²½'.isnumeric() }} {{ '²'.isdigit() }} {{ '٣'.isdigit() }} {{ '٣'|int }}
{% for m in people %}{{ m.name }}{% if not loop.last %}, {% endif %}{% endfor %} {% for a, b in [(1, 2), [3, 4], 'xy'] %}{{ a }}{{ b }} {% endfor %} {% for a in (1, 2) %}{{ a }}{% endfor %} {% for a in 1, 2 %}{{ a }}{% endfor %}
{% set x %}{% for i in xs %}{{ i }}{% endfor %}{% endset %}{{ x|length }} {{ x.split('1')|tojson }} {% set y = xs|tojson %}{{ y }} {% set z = (1, 2) %}{{ z }} {{ z is sequence }} {% set t = 1, %}{{ t }}
{% if n == 7 and (yes or false) and not none %}ok{% elif n %}no{% else %}nope{% endif %}{% if none %}a{% elif xs %}b{% else %}c{% endif %}{% if 0.0 %}a{% else %}z{% endif %}{% if ' ' %}space{% endif %}
"""
BLOCKS = [
    "{% if true %}\n  a\n{% endif %}\n  {% for x in xs %}\n    {{ x }}\n  {% endfor %}\n\tend\n",
    "  {%+ if true %}\n keep\n  {%+ endif +%}\nline\n",
    "x\n\n   {%- if true -%}  \n\n  y  \n {%- endif %}\n\n z\n\n",
    "   {# c #}\n a {# c #} b\n  {#- c -#}  \n d",
    "{{ 'a' }}\n{{ 'b' }}\n\n  {{- 'c' }}  \n  {{ 'd' -}}  \n  e\n",
    "a\r\nb\rc{% if true %}\r\nd{% endif %}\r\n",
    "{%- set x = 1 %}\n{% set y = 2 -%}\n\n {{ x + y }}\n",
    "  {% raw %}\n  {{ x }}\n  {% endraw %}\n  t\n",
    "\u00a0\u3000{% if true %}\n\u2003 x{%- endif %}\u00a0",
    "{% macro a() %}\n  in\n{% endmacro %}\n[{{ a() }}]\n[{{- a()|trim -}}]\n",
    "{% for x in xs -%}\n {{ x }}\n{%- endfor %}\n!",
    "text {% if true %} same line {% endif %} text\n   {% if true %}   \n  x\n{% endif %}",
]


def main(out):
    lines = [line for line in CASES.strip("\n").split("\n") if line] + BLOCKS
    with open(out, "w", encoding="utf-8") as target:
        target.write(json.dumps({"now": NOW.isoformat(), "data": DATA}) + "\n")
        for source in lines:
            try:
                template = chat_template_utils._compile_jinja_template(source)
                template.environment.globals["strftime_now"] = lambda form: NOW.strftime(form)
                answer = {"text": template.render(**DATA)}
            except Exception as error:
                answer = {"error": type(error).__name__}
            target.write(json.dumps({"template": source, **answer}, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
