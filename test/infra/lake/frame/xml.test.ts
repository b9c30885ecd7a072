/** XML as the lake reads it: what callers put into S3, and what MiniStack answers. */

import { expect, test } from 'vitest';
import { parseXml } from '../../../../infra/local/lake/protocol/xml.ts';

const MALFORMED = { name: 'MalformedXML', message: expect.stringContaining('was not well-formed') };

test('reads elements, their text and what is inside them, in order', () => {
  const text =
    '<?xml version="1.0"?>\n<Tags xmlns="http://s3"><!-- <Tag/> --><Tag>a</Tag><Tag/><x:Key>b</x:Key></Tags>\n';
  const children = [
    { name: 'Tag', children: [], text: 'a' },
    { name: 'Tag', children: [], text: '' },
    { name: 'x:Key', children: [], text: 'b' },
  ];
  expect(parseXml(text)).toEqual({ name: 'Tags', children, text: '' });
});

test.each([
  ['the five entities and numbers', '<a>&lt;&gt;&amp;&quot;&apos;&#233;&#xE9;</a>', `<>&"'éé`],
  ['a section of characters', '<a><![CDATA[x < y & z]]></a>', 'x < y & z'],
  ['a > inside an attribute', '<a b=">">1</a>', '1'],
  ['a line break of Windows', '<a>1\r\n2</a>', '1\n2'],
])('reads %s', (_, text, content) => {
  expect(parseXml(text).text).toBe(content);
});

test.each([
  ['nothing', ''],
  ['a bare <', '<a>x < y</a>'],
  ['text before the root', 'text<a/>'],
  ['text after the root', '<a/>text'],
  ['a second root', '<a/><b/>'],
  ['an entity nobody declared', '<a>&unheard;</a>'],
  ['an end that is not there', '<a><b></b>'],
  ['an end of another element', '<a></b>'],
  ['an end too many', '<a/></a>'],
  ['a number that is no character', '<a>&#x110000;</a>'],
])('refuses %s', (_, text) => {
  expect(() => parseXml(text)).toThrow(expect.objectContaining(MALFORMED));
});
