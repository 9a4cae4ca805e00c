package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// width is that of the page, and margin what every line below a heading is set in by.
const (
	width  = 98
	margin = "        "
)

// page prints the timeline. The first error of writing is kept; Flush returns it.
type page struct {
	*bufio.Writer
	bold, faint string
	plain       string
}

// newPage prints to out; with styles where it is a terminal that shows them.
func newPage(out io.Writer, styled bool) *page {
	p := &page{Writer: bufio.NewWriter(out)}
	if styled {
		p.bold, p.faint, p.plain = "\x1b[1m", "\x1b[2m", "\x1b[0m"
	}
	return p
}

func (p *page) put(format string, args ...any) { _, _ = fmt.Fprintf(p, format+"\n", args...) }

// day begins a day: a rule with its date and, on the right, what is special about it.
func (p *page) day(title, note string) {
	rule := max(3, width-utf8.RuneCountInString(title)-utf8.RuneCountInString(note)-8)
	p.put("")
	p.put("%s", p.bold+strings.TrimRight("━━ "+title+" "+strings.Repeat("━", rule)+" "+note, " ")+p.plain)
}

// entry begins something that happened, with the rules that it shows.
func (p *page) entry(at, title, rules string) {
	gap := max(2, width-len(at)-3-utf8.RuneCountInString(title)-utf8.RuneCountInString(rules))
	p.put("")
	p.put(" %s  %s%s%s%s%s%s%s", at, p.bold, title, p.plain, strings.Repeat(" ", gap), p.faint, rules, p.plain)
}

// line prints text below an entry, wrapped, after a mark.
func (p *page) line(mark, format string, args ...any) {
	p.wrap(margin, mark, fmt.Sprintf(format, args...))
}

// wrap prints text in as many lines as it takes; the mark stands before the first one, bars before each.
func (p *page) wrap(indent, mark, text string) {
	hang := strings.Repeat(" ", utf8.RuneCountInString(mark))
	if strings.HasPrefix(mark, "│") {
		hang = mark
	}
	room := width - len(indent) - utf8.RuneCountInString(mark)
	now, used := mark, 0
	var line strings.Builder
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		if used > 0 && used+1+n > room {
			p.put("%s%s%s", indent, now, line.String())
			line.Reset()
			now, used = hang, 0
		}
		if used > 0 {
			line.WriteByte(' ')
			used++
		}
		line.WriteString(word)
		used += n
	}
	p.put("%s%s%s", indent, now, line.String())
}

// table prints rows whose first cell is a name and whose others are figures; the first row is the heading.
func (p *page) table(rows [][]string, left ...int) {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	for n, r := range rows {
		var line strings.Builder
		for i, c := range r {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
			if i == 0 || contains(left, i) {
				line.WriteString(" " + c + pad)
			} else {
				line.WriteString(" " + pad + c)
			}
			line.WriteString(" ")
		}
		text := strings.TrimRight(line.String(), " ")
		if n == 0 {
			text = p.bold + text + p.plain
		}
		p.put("%s", text)
		if n == 0 || n == len(rows)-2 && rows[len(rows)-1][0] == "Total" {
			p.put(" %s", strings.Repeat("─", sum(widths)+2*len(widths)-2))
		}
	}
}

func contains(all []int, i int) bool {
	for _, n := range all {
		if n == i {
			return true
		}
	}
	return false
}

func sum(all []int) int {
	n := 0
	for _, x := range all {
		n += x
	}
	return n
}

// several reads "a", "a and b", "a, b and c".
func several(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// count reads "1 session", "2 sessions".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// words reads "support case" for support_case.
func words(s string) string { return strings.ReplaceAll(s, "_", " ") }
