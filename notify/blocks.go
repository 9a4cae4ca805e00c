package notify

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// columns is how wide a line of plain text is, at most: what every mail program shows unbroken, also when it is quoted
// in an answer. A single word that is longer, such as a link, stays whole.
const columns = 72

// block is a paragraph, a quotation or a list.
type block struct {
	Text  string
	Quote bool
	List  []string
}

// blocks takes a text apart into paragraphs, quotations and lists.
func blocks(text string) []block {
	var found []block
	for part := range strings.SplitSeq(text, "\n\n") {
		var lines []string
		for l := range strings.SplitSeq(part, "\n") {
			if l = strings.TrimRightFunc(l, unicode.IsSpace); l != "" {
				lines = append(lines, l)
			}
		}
		switch {
		case len(lines) == 0:
		case marked(lines, ">"):
			found = append(found, block{Text: strings.Join(unmarked(lines, ">"), "\n"), Quote: true})
		case marked(lines, "- "):
			found = append(found, block{List: unmarked(lines, "- ")})
		default:
			found = append(found, block{Text: strings.Join(lines, " ")})
		}
	}
	return found
}

// marked says whether every line begins with mark.
func marked(lines []string, mark string) bool {
	return !slices.ContainsFunc(lines, func(l string) bool { return !strings.HasPrefix(l, mark) })
}

// unmarked takes the mark off every line.
func unmarked(lines []string, mark string) []string {
	bare := make([]string, len(lines))
	for i, l := range lines {
		bare[i] = strings.TrimPrefix(strings.TrimPrefix(l, mark), " ")
	}
	return bare
}

// plain returns the block as it stands in plain text, in lines of a readable length.
func (b block) plain() string {
	var lines []string
	switch {
	case b.Quote:
		for l := range strings.SplitSeq(b.Text, "\n") {
			lines = append(lines, strings.TrimRight(wrap("> ", "> ", l), " "))
		}
	case b.List != nil:
		for _, l := range b.List {
			lines = append(lines, wrap("- ", "  ", l))
		}
	default:
		return wrap("", "", b.Text)
	}
	return strings.Join(lines, "\n")
}

// wrap breaks a line between words, with first before it and then before those that follow.
func wrap(first, then, text string) string {
	var b strings.Builder
	b.WriteString(first)
	used, begun := utf8.RuneCountInString(first), false
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case !begun:
		case used+1+n > columns:
			b.WriteString("\n" + then)
			used = utf8.RuneCountInString(then)
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used, begun = used+n, true
	}
	return b.String()
}

// quote sets off what somebody wrote: each line behind a mark, so that none of it reads as the message's own.
func quote(s string) string {
	return "> " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n> ")
}

func list(lines []string) string { return "- " + strings.Join(lines, "\n- ") }
