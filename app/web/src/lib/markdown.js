// Markdown as nodes of the page. No HTML is ever parsed: tags in a note are shown as the letters that they are.
// Pictures come from the library only (`resource:ID/0`): a picture from elsewhere would tell somebody that it was read.
import { parser, GFM } from '@lezer/markdown';
import { file_address } from './ask.js';

const markdown = parser.configure(GFM);
const safe_link = (address) => (/^(https?:|mailto:|#\/)/i.test(address) ? address : null);

// How a note shows a resource: a picture as such, anything else by a link.
const plain = (words) => words.replace(/[[\]\n]/g, ' ');
export const picture_of = (id, title, index = 0) => `![${plain(title)}](resource:${id}/${index})`;
export const link_to = (id, title) => `[${plain(title)}](#/resource/${id})`;

const blocks = {
    Paragraph: 'p',
    BulletList: 'ul',
    OrderedList: 'ol',
    ListItem: 'li',
    Blockquote: 'blockquote',
    Emphasis: 'em',
    StrongEmphasis: 'strong',
    Strikethrough: 's',
    TableRow: 'tr',
};
const marks = new Set([
    'HeaderMark',
    'ListMark',
    'QuoteMark',
    'EmphasisMark',
    'StrikethroughMark',
    'CodeMark',
    'CodeInfo',
    'LinkMark',
    'LinkTitle',
    'LinkLabel',
    'LinkReference',
    'TableDelimiter',
    'TaskMarker',
]);

function element(tag, ...children) {
    const made = document.createElement(tag);
    made.append(...children);
    return made;
}

class Builder {
    constructor(text) {
        this.text = text;
        this.fragment = document.createDocumentFragment();
    }
    words(node) {
        return this.text.slice(node.from, node.to);
    }
    // What stands between and inside a node's children, marks left out.
    inside(node, into) {
        let at = node.from;
        let skip = /^(ATXHeading|ListItem|Blockquote)/.test(node.name);
        for (let child = node.firstChild; child; child = child.nextSibling) {
            if (child.from > at) this.plain(at, child.from, into);
            this.add(child, into);
            at = child.to;
        }
        if (node.to > at) this.plain(at, node.to, into);
        if (skip && into.firstChild?.nodeType === Node.TEXT_NODE)
            into.firstChild.data = into.firstChild.data.trimStart();
        return into;
    }
    plain(from, to, into) {
        const block = /^(UL|OL|BLOCKQUOTE|TABLE|THEAD|TBODY|TR)$/.test(into.nodeName) || into === this.fragment;
        const words = this.text.slice(from, to);
        if (!block || words.trim()) into.append(words);
    }
    add(node, into) {
        const { name } = node;
        if (marks.has(name)) return;
        const heading = name.match(/^(?:ATX|Setext)Heading(\d)$/);
        if (heading) into.append(this.spoken(this.inside(node, element(`h${Math.min(6, +heading[1] + 1)}`))));
        else if (blocks[name]) into.append(this.spoken(this.inside(node, element(blocks[name]))));
        else if (name === 'Table') into.append(this.table(node));
        else if (name === 'TableCell') into.append(this.inside(node, element('td')));
        else if (name === 'Task') this.task(node, into);
        else if (name === 'FencedCode' || name === 'CodeBlock')
            into.append(element('pre', element('code', this.code(node))));
        else if (name === 'InlineCode') into.append(element('code', this.words(node).replace(/^`+|`+$/g, '')));
        else if (name === 'HorizontalRule') into.append(element('hr'));
        else if (name === 'HardBreak') into.append(element('br'));
        else if (name === 'Escape') into.append(this.words(node).slice(1));
        else if (name === 'Link' || name === 'Autolink' || name === 'URL') this.link(node, into);
        else if (name === 'Image') this.image(node, into);
        else if (node.firstChild && name === 'Document') this.inside(node, into);
        else into.append(this.words(node));
    }
    spoken(made) {
        made.dir = 'auto';
        return made;
    }
    code(node) {
        const parts = [];
        for (let child = node.firstChild; child; child = child.nextSibling)
            if (child.name === 'CodeText') parts.push(this.words(child));
        return parts.join('');
    }
    table(node) {
        const head = element('thead');
        const body = element('tbody');
        for (let row = node.firstChild; row; row = row.nextSibling) {
            if (row.name !== 'TableHeader' && row.name !== 'TableRow') continue;
            const line = element('tr');
            // An empty cell leaves no node: cells are counted by the bars between them.
            let open = false;
            for (let part = row.firstChild; part; part = part.nextSibling) {
                if (part.name === 'TableCell') {
                    line.append(this.spoken(this.inside(part, element(row.name === 'TableHeader' ? 'th' : 'td'))));
                    open = true;
                } else if (part.name === 'TableDelimiter') {
                    if (!open && part.from > row.from) line.append(element('td'));
                    open = false;
                }
            }
            (row.name === 'TableHeader' ? head : body).append(line);
        }
        const table = element('table', head, body);
        const frame = this.spoken(element('div', table));
        frame.className = 'table';
        frame.tabIndex = 0;
        return frame;
    }
    task(node, into) {
        const box = element('input');
        box.type = 'checkbox';
        box.disabled = true;
        box.checked = /^\[[xX]\]/.test(this.words(node));
        const label = element('label', box);
        label.className = 'task';
        this.inside(node, label);
        into.append(label);
    }
    link(node, into) {
        const url = node.name === 'URL' ? node : node.getChild('URL');
        const address = url ? this.words(url).replace(/^<|>$/g, '') : '';
        const full = /^www\./i.test(address)
            ? `https://${address}`
            : /^[^\s:]+@[^\s:]+$/.test(address)
              ? `mailto:${address}`
              : address;
        const made = element(safe_link(full) ? 'a' : 'span');
        if (safe_link(full)) {
            made.href = full;
            if (!full.startsWith('#')) Object.assign(made, { target: '_blank', rel: 'noopener noreferrer' });
        }
        if (node.name === 'Link') {
            let at = node.from + 1;
            const end = node.getChildren('LinkMark')[1]?.from ?? node.to;
            for (let child = node.firstChild; child; child = child.nextSibling) {
                if (child.name === 'LinkMark' || child.from >= end) continue;
                if (child.from > at) made.append(this.text.slice(at, child.from));
                this.add(child, made);
                at = child.to;
            }
            if (end > at) made.append(this.text.slice(at, end));
        } else made.append(address);
        into.append(made);
    }
    image(node, into) {
        const url = node.getChild('URL');
        const words = this.words(node).match(/^!\[([^\]]*)\]/)?.[1] ?? '';
        const own = url && this.words(url).match(/^resource:([a-z2-7]+)(?:\/(\d+))?$/);
        if (own) {
            const picture = element('img');
            Object.assign(picture, {
                src: file_address(own[1], Number(own[2] ?? 0), true),
                alt: words,
                loading: 'lazy',
            });
            into.append(picture);
        } else if (url && safe_link(this.words(url))) {
            const link = element('a', words || this.words(url));
            Object.assign(link, { href: this.words(url), target: '_blank', rel: 'noopener noreferrer' });
            into.append(link);
        } else into.append(words);
    }
}

export function nodes_of(text) {
    const builder = new Builder(text);
    builder.inside(markdown.parse(text).topNode, builder.fragment);
    return builder.fragment;
}
export { markdown };
